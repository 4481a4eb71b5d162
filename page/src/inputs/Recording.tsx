// What the service read of a recording, and the paper that it is drawn on, loaded when there is one.
import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatNumber, t } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { Labelled } from "../rooms";
import { type Drawn, draw, Refusal } from "../service";

/** What is drawn: the samples as the graph takes them, as counts of 16 bits in base64. */
export interface Samples {
  format: string;
  recorded_rate: number;
  sampling_rate: number;
  unit: string;
  missing: string[];
  leads: Record<string, { int16: string; gain: number }>;
}

export type Shown = Drawn<Samples>;

/** What each segment of each lead is worth, over the traces. */
export interface Heat {
  seconds: number;
  leads: { lead: string; lost: number[] }[];
  write: (lost: number) => string;
  span: (begin: number, end: number) => string;
}

export interface PaperProps {
  shown: Samples;
  title: string;
  heat?: Heat;
  labelled?: Labelled;
}

export const findShown = ({ drawing }: Shown) => drawing;

const kept = new WeakMap<Instance, Promise<Shown>>();

function load(model: Manifest, instance: Instance): Promise<Shown> {
  const found = kept.get(instance) ?? draw<Samples>(model, instance);
  kept.set(instance, found);
  return found;
}

/** What the service reads of an instance; it is asked once for each. */
export function useShown(model: Manifest, instance: Instance | undefined) {
  const [told, setTold] = useState<{ of: Instance; shown?: Shown; refusal?: Refusal }>();
  useEffect(() => {
    let isGone = false;
    if (instance)
      load(model, instance).then(
        (shown) => isGone || setTold({ of: instance, shown }),
        (error) =>
          isGone ||
          setTold({ of: instance, refusal: error instanceof Refusal ? error : new Refusal(0, "") }),
      );
    return () => {
      isGone = true;
    };
  }, [instance]);
  return told && told.of === instance
    ? { shown: told.shown, refusal: told.refusal }
    : { shown: undefined, refusal: undefined };
}

/** A line that says what came, and what was made of it. */
export function WhatWasRead({ shown }: { shown: Samples }) {
  const { format, recorded_rate, sampling_rate, unit, missing, leads } = shown;
  const first = Object.values(leads)[0];
  const count = first ? Math.floor((first.int16.length * 3) / 8) : 0;
  const said = t("waveform.read", {
    format,
    count: Object.keys(leads).length,
    seconds: formatNumber(count / sampling_rate, 3),
    rate: formatNumber(recorded_rate),
    unit,
  });
  return (
    <p class="lead" role="status">
      {said}
      {recorded_rate !== sampling_rate &&
        ` ${t("waveform.resampled", { rate: formatNumber(sampling_rate) })}`}
      {missing.length > 0 && ` ${t("waveform.missing", { leads: missing.join(", ") })}`}
    </p>
  );
}

/** The drawing, whose code only recordings need. */
export function Paper(props: PaperProps) {
  const [Drawing, setDrawing] = useState<{ of: ComponentType<PaperProps> }>();
  useEffect(() => {
    import("./EcgPaper").then(({ EcgPaper }) => setDrawing({ of: EcgPaper }));
  }, []);
  return Drawing ? <Drawing.of {...props} /> : <p role="status">{t("waveform.drawing")}</p>;
}

/** What was recorded, with labels on its axis of time; where it cannot be drawn, what is instead. */
export function LabelledPaper(props: {
  model: Manifest;
  instance: Instance;
  labelled: Labelled;
  instead: VNode | null;
}) {
  const { model, instance, labelled, instead } = props;
  const { shown, refusal } = useShown(model, instance);
  if (refusal) return instead;
  if (!shown) return <p role="status">{t("waveform.drawing")}</p>;
  return <Paper shown={findShown(shown)} title={labelled.title} labelled={labelled} />;
}
