// A recording from a file. The browser parses none of it: the service reads it, and says what is drawn.
import { useMemo, useState } from "preact/hooks";
import { Targets } from "../answer/Targets";
import { type Draft, type FieldsProps, openContent } from "../ask/draft";
import type { WaveformExplanation } from "../contract";
import { formatNumber, formatPoints, Told, t } from "../language";
import type { Instance } from "../manifest";
import type { InputRoom, ReasonsProps, Taking } from "../rooms";
import { Said } from "../Said";
import type { Refusal } from "../service";
import { withUnit } from "../units";
import { Drop, encode } from "./Drop";
import { findShown, LabelledPaper, Paper, type Shown, useShown, WhatWasRead } from "./Recording";

type Model = Taking<"waveform">;

export const waveform: InputRoom<Model, WaveformExplanation> = {
  name: { en: "recording", zh: "波形记录" },
  cases: () => "recordings",
  heading: { en: "The recording", zh: "波形记录" },
  anew: { en: "Start anew", zh: "重新开始" },
  Fields: Form,
  open: ({ input }, instance) => {
    const given = instance[input.field];
    return openContent(typeof given === "string" ? given : JSON.stringify(given));
  },
  read: readDraft,
  Given,
  findRecording: (model, instance) => ({
    draw: (labelled, instead) => <LabelledPaper {...{ model, instance, labelled, instead }} />,
  }),
  Reasons,
  file: { refuse: () => t("file.no_recordings") },
  listFeatures: () => [],
};

/** What a file does not say, as somebody stated it beside it. */
interface Stated {
  sampling_rate?: number | undefined;
  unit?: string | undefined;
}

interface Aside {
  stated?: Stated;
  trouble?: string;
}

function readDraft({ input }: Model, draft: Draft): Instance {
  const { stated } = (draft.aside ?? {}) as Aside;
  const { content } = draft;
  if (content.startsWith("{")) return { [input.field]: JSON.parse(content) };
  return { [input.field]: stated ? { file: content, ...stated } : content };
}

const ACCEPTED = ".edf,.dcm,.csv,.txt,.json,.xml,.scp,.hea,.dat,.mat,.pdf"; // what cannot be read is told why
const MOST_BYTES = 20_000_000;

function Form({ model, id = "value-recording", draft, problems, onChange }: FieldsProps<Model>) {
  const { input } = model;
  const aside = (draft.aside ?? {}) as Aside;
  const instance = useMemo(
    () => (draft.content ? readDraft(model, draft) : undefined),
    [draft.content, aside.stated?.sampling_rate, aside.stated?.unit],
  );
  const { shown, refusal } = useShown(model, instance);
  const refuse = (trouble: string) => onChange({ ...draft, content: "", aside: { trouble } });
  const take = async (file: File) => {
    if (file.size > MOST_BYTES) return refuse("too_large");
    const content = await encode(file).catch(() => "");
    if (!content) return refuse("unreadable");
    onChange({ ...draft, content, aside: undefined });
  };
  const told = aside.trouble ? t(`waveform.problem.${aside.trouble}`) : "";
  const absent = draft.content ? undefined : problems.get(input.field);
  return (
    <Drop
      id={id}
      label={<Told of={model} text={input.description} />}
      accept={ACCEPTED}
      button={t("waveform.open")}
      help={
        <>
          {t("waveform.help")} {describeInput(model)}
        </>
      }
      problem={
        told ||
        (refusal && <Problems model={model} refusal={refusal} />) ||
        (absent && <Said of={model} fact={absent} text={absent.problem} />)
      }
      isSudden
      isKept={Boolean(draft.content || told)}
      onFile={take}
      onSeveral={() => refuse("two_files")}
    >
      {refusal?.details.some(({ code }) => NOT_STATED.has(code)) || aside.stated ? (
        <State
          stated={aside.stated ?? {}}
          onState={(stated) => onChange({ ...draft, aside: { stated } })}
        />
      ) : null}
      {shown && <Drawn model={model} shown={shown} />}
    </Drop>
  );
}

const NOT_STATED = new Set(["rate_not_stated", "unit_not_stated"]);

function describeInput({ input }: Model) {
  const { leads, sampling_rate, samples } = input;
  return t("waveform.takes", {
    leads: leads.map(({ name }) => name).join(", "),
    seconds: formatNumber(samples / sampling_rate),
    rate: formatNumber(sampling_rate),
  });
}

/** All that is wrong with a file, each said once. */
function Problems({ model, refusal }: { model: Model; refusal: Refusal }) {
  const { details } = refusal;
  if (!details.length) return <p>{refusal.message || t("waveform.problem.unreachable")}</p>;
  const byText = new Map(details.map((one) => [one.problem, one]));
  return (
    <ul class="notes">
      {[...byText.values()].map((one) => (
        <li key={one.problem}>
          <Said of={model} fact={one} text={one.problem} />
          {listLeads(model, details, one.problem)}
        </li>
      ))}
    </ul>
  );
}

/** The leads that have the same problem, in brackets. */
function listLeads(
  { input }: Model,
  told: { field: string | null; problem: string }[],
  problem: string,
) {
  const begin = `${input.field}.`;
  const leads = told
    .filter((one) => one.problem === problem && one.field?.startsWith(begin))
    .map((one) => one.field?.slice(begin.length));
  return leads.length ? ` (${leads.join(", ")})` : "";
}

function State({ stated, onState }: { stated: Stated; onState: (stated: Stated) => void }) {
  const [rate, setRate] = useState(String(stated.sampling_rate ?? ""));
  const state = (unit = stated.unit) =>
    onState({ sampling_rate: Number(rate) || undefined, unit: unit || undefined });
  return (
    <fieldset class="stated">
      <legend>{t("waveform.stated")}</legend>
      <label>
        {t("waveform.rate")}
        <input
          type="number"
          min="1"
          step="any"
          value={rate}
          onInput={(event) => setRate(event.currentTarget.value)}
          onChange={() => state()}
        />
      </label>
      <label>
        {t("waveform.unit")}{" "}
        <select value={stated.unit ?? ""} onChange={(event) => state(event.currentTarget.value)}>
          <option value="">–</option>
          <option value="mV">mV</option>
          <option value="uV">µV</option>
        </select>
      </label>
    </fieldset>
  );
}

/** What the line above the drawing says already. */
const SAID = new Set(["resampled", "lead_is_missing"]);

function Drawn({ model, shown }: { model: Model; shown: Shown }) {
  const told = shown.warnings.filter(({ code }) => !SAID.has(code ?? ""));
  const notes = [...new Map(told.map((one) => [one.problem, one])).values()];
  return (
    <>
      <WhatWasRead shown={shown.drawing} />
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((one) => (
            <li key={one.problem} class="unsure">
              <Said of={model} fact={one} text={one.problem} />
              {listLeads(model, told, one.problem)}
            </li>
          ))}
        </ul>
      )}
      <Paper shown={shown.drawing} title={t("waveform.drawn")} />
    </>
  );
}

/** What was asked about, in words; it is drawn in the form, and with its reasons. */
function Given({ model, instance }: { model: Model; instance: Instance }) {
  const { shown } = useShown(model, instance);
  return shown ? <WhatWasRead shown={shown.drawing} /> : <p>{t("waveform.given")}</p>;
}

function Reasons(props: ReasonsProps<Model, WaveformExplanation>) {
  const { model, instance, explanation, output, ranked } = props;
  const { by_lead, by_time, by_place } = explanation;
  const { shown } = useShown(model, instance);
  const of = output.nameTarget(model, by_place.of);
  const write = (value: number) =>
    by_place.unit === "1"
      ? t("reasons.points", { value: formatPoints(-value) })
      : withUnit(formatNumber(-value, 2), by_place.unit);
  const span = (begin: number, end: number) =>
    t("waveform.span", { begin: formatNumber(begin), end: formatNumber(end) });
  const most = by_place.leads
    .flatMap(({ lead, lost }) => lost.map((value, i) => ({ lead, value, i })))
    .reduce((a, b) => (Math.abs(b.value) > Math.abs(a.value) ? b : a));
  const from = most.i * by_place.seconds;
  return (
    <>
      {most.value !== 0 && (
        <p>
          {t("waveform.most", {
            lead: most.lead,
            span: span(from, from + by_place.seconds),
            change: write(most.value),
            of,
          })}
        </p>
      )}
      {shown && (
        <Paper
          shown={findShown(shown)}
          title={t("waveform.reasons", { of })}
          heat={{ ...by_place, write, span }}
        />
      )}
      <Targets
        model={model}
        output={output}
        label={t("waveform.by_lead")}
        targets={by_lead}
        ranked={ranked}
        name={({ lead }) => t("waveform.lead", { lead })}
      />
      <div class="by-time">
        <Targets
          model={model}
          output={output}
          label={t("waveform.by_time")}
          targets={by_time}
          ranked={ranked}
          name={({ begin, end }) => span(begin, end)}
        />
      </div>
    </>
  );
}
