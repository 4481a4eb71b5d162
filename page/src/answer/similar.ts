// How predictions like those of an answer turned out in the test split, by the curves of the card.
import type { CalibrationCurve, CalibrationPoint, CurveTarget, Manifest } from "../manifest";
import type { Classes, Policy, Prediction, Survival, Value } from "../predictions";

/** One number of an answer, and the group of the test split whose mean prediction is nearest to it. */
export interface Similar {
  target: CurveTarget;
  value: number;
  nearest: CalibrationPoint;
  /** Whether the number lies beyond all groups, by more than half their distance and a twentieth of their span. */
  beyond: boolean;
}

type Claim = Omit<Similar, "nearest" | "beyond">;

/** The numbers of an answer that may have a curve. */
function listClaims(model: Manifest, { output }: Prediction): Claim[] {
  switch (model.output.kind) {
    case "survival":
      return Object.entries((output as Survival).risk).map(([day, value]) => ({
        target: { kind: "risk", day: Number(day) },
        value,
      }));
    case "classes": {
      const { label, probabilities } = output as Classes;
      const each = Object.entries(probabilities).map(([label, value]): Claim => {
        return { target: { kind: "label", label }, value };
      });
      return [...each, { target: { kind: "right_answers" }, value: probabilities[label] ?? 0 }];
    }
    case "policy": {
      const { options, recommended } = output as Policy;
      const risks = options.find(({ action }) => action === recommended)?.risks ?? {};
      return Object.entries(risks).map(([outcome, value]) => ({
        target: { kind: "outcome", outcome },
        value,
      }));
    }
    case "value":
      return [{ target: { kind: "value" }, value: (output as Value).value }];
  }
}

/** The same for two targets only if they are the same. */
function keyOf(target: CurveTarget): string {
  switch (target.kind) {
    case "risk":
      return `risk ${target.day}`;
    case "label":
      return `label ${target.label}`;
    case "outcome":
      return `outcome ${target.outcome}`;
    default:
      return target.kind;
  }
}

function findNearest({ points }: CalibrationCurve, value: number) {
  const means = points.map(({ predicted }) => predicted.value);
  const apart = means.map((mean) => Math.abs(mean - value));
  const nearest = points[apart.indexOf(Math.min(...apart))];
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
  const tested = model.card.calibration.filter(({ cohort }) => cohort === "test");
  const curves = new Map(tested.map((curve) => [keyOf(curve.target), curve]));
  return listClaims(model, prediction).flatMap((claim) => {
    const curve = curves.get(keyOf(claim.target));
    const found = curve && findNearest(curve, claim.value);
    return found ? [{ ...claim, ...found }] : [];
  });
}
