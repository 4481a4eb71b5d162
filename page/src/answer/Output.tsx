// The answer itself, by its kind: what it says in words, and what is drawn of it.
import { useMemo } from "preact/hooks";
import { findInput, findOutput } from "../kinds";
import type { Instance, Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import type { Centre } from "../rooms";
import { listSimilar } from "./similar";

interface Props {
  model: Manifest;
  prediction: Prediction;
  /** What was asked about. */
  instance?: Instance;
}

export function Verdict(props: Props) {
  const room = findOutput(props.model);
  const told = useTold(props);
  const Told = room.Verdict ?? room.Answer;
  return told && <Told {...told} />;
}

export function Drawn(props: Props) {
  const room = findOutput(props.model);
  const told = useTold(props);
  return told && room.Verdict ? <room.Answer {...told} /> : null;
}

/** A forced answer has no interval: the promise was of answers that the model gives. */
function useTold({ model, prediction, instance }: Props) {
  const { output, interval, status } = prediction;
  const centres = useMemo(() => listCentres(model), [model]);
  if (!output) return null;
  const forced = status === "forced";
  return {
    model,
    output,
    interval: forced ? undefined : interval,
    similar: listSimilar(model, prediction),
    centres,
    picture: instance && findInput(model).findPicture?.(model, instance),
    recording: instance && findInput(model).findRecording?.(model, instance),
    forced,
  };
}

function listCentres(model: Manifest): Centre[] {
  const room = findInput(model);
  return (model.explanation?.background?.centres ?? []).flatMap(({ values, people }) =>
    room.openCentre ? [{ instance: room.openCentre(model, values), people }] : [],
  );
}
