// The answer itself, by its kind: what it says in words, and what is drawn of it.
import { useMemo } from "preact/hooks";
import { findInput, findOutput } from "../kinds";
import type { Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import type { Centre } from "../rooms";
import { listSimilar } from "./similar";

interface Props {
  model: Manifest;
  prediction: Prediction;
}

export function Verdict({ model, prediction }: Props) {
  const room = findOutput(model);
  const told = useTold(model, prediction);
  const Told = room.Verdict ?? room.Answer;
  return told && <Told {...told} />;
}

export function Drawn({ model, prediction }: Props) {
  const room = findOutput(model);
  const told = useTold(model, prediction);
  return told && room.Verdict ? <room.Answer {...told} /> : null;
}

/** A forced answer has no interval: the promise was of answers that the model gives. */
function useTold(model: Manifest, prediction: Prediction) {
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
    forced,
  };
}

function listCentres(model: Manifest): Centre[] {
  const room = findInput(model);
  return (model.explanation?.background?.centres ?? []).flatMap(({ values, people }) =>
    room.openCentre ? [{ instance: room.openCentre(model, values), people }] : [],
  );
}
