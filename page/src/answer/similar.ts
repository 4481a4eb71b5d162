// How predictions like those of an answer turned out in the test split, by the curves of the card.
import { type Curve, type Pair, pairMetrics } from "../card/pairs";
import type { Manifest } from "../manifest";
import type { Classes, Policy, Prediction, Survival, Value } from "../predictions";

/** One number of an answer, and the group of the test split whose mean prediction is nearest to it. */
export interface Similar {
  /** Its name in the answer: a horizon in days, a label, a risk; nothing for a value. */
  name: string;
  value: number;
  /** What its curve is of. */
  of: string;
  nearest: Pair;
  /** Whether the number lies beyond all groups, by more than half their distance and a twentieth of their span. */
  beyond: boolean;
}

const YEAR = 365.25;

type Claim = Omit<Similar, "nearest" | "beyond">;

/** The numbers of an answer that may have a curve. */
function listClaims(model: Manifest, { output }: Prediction): Claim[] {
  switch (model.output.kind) {
    case "survival":
      return Object.entries((output as Survival).risk).map(([days, value]) => {
        const years = Math.round(Number(days) / YEAR);
        return { name: days, value, of: `at ${years} ${years === 1 ? "year" : "years"}` };
      });
    case "classes": {
      const { label, probabilities } = output as Classes;
      const each = Object.entries(probabilities).map(([name, value]): Claim => {
        return { name, value, of: `share of ${name}` };
      });
      return [...each, { name: label, value: probabilities[label] ?? 0, of: RIGHT }];
    }
    case "policy": {
      const { options, recommended } = output as Policy;
      const risks = options.find(({ action }) => action === recommended)?.risks ?? {};
      return Object.entries(risks).map(([name, value]) => ({
        name,
        value,
        of: `share of ${name}`,
      }));
    }
    case "value":
      return [{ name: "", value: (output as Value).value, of: "value" }];
  }
}

export const RIGHT = "share of right answers";

function findNearest({ pairs }: Curve, value: number) {
  const means = pairs.map(({ predicted }) => predicted.value);
  const apart = means.map((mean) => Math.abs(mean - value));
  const nearest = pairs[apart.indexOf(Math.min(...apart))];
  const [first = 0, second = 0] = means;
  const [beforeLast = 0, last = 0] = means.slice(-2);
  const slack = (last - first) / 20;
  const beyond =
    value < first - Math.max((second - first) / 2, slack) ||
    value > last + Math.max((last - beforeLast) / 2, slack);
  return nearest && { nearest, beyond };
}

export function listSimilar(model: Manifest, prediction: Prediction): Similar[] {
  if (!prediction.output) return [];
  const curves = new Map(pairMetrics(model.card.metrics).map((curve) => [curve.of, curve]));
  return listClaims(model, prediction).flatMap((claim) => {
    const curve = curves.get(claim.of);
    const found = curve && findNearest(curve, claim.value);
    return found ? [{ ...claim, ...found }] : [];
  });
}
