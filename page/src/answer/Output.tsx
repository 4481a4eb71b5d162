// The answer itself, by its kind.
import { useMemo } from "preact/hooks";
import { findInput, findOutput } from "../kinds";
import type { Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import type { Centre } from "../rooms";
import { listSimilar } from "./similar";

export function Output({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const { output, interval } = prediction;
  const centres = useMemo(() => listCentres(model), [model]);
  if (!output) return null;
  const room = findOutput(model);
  return (
    <room.Answer
      model={model}
      output={output}
      interval={interval}
      similar={listSimilar(model, output)}
      centres={centres}
    />
  );
}

function listCentres(model: Manifest): Centre[] {
  const room = findInput(model);
  return (model.explanation?.background?.centres ?? []).flatMap(({ values, people }) =>
    room.openCentre ? [{ instance: room.openCentre(model, values), people }] : [],
  );
}
