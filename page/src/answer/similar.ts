// How predictions like those of an answer turned out in the test split, by the curves of the card.
import { findOutput } from "../kinds";
import type { CalibrationCurve, CurveTarget, Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import type { Similar } from "../rooms";
import { isOutside } from "./outside";

/** The same text for two targets only if they are the same. */
const write = (target: CurveTarget) => JSON.stringify(Object.entries(target).sort());

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
  const lower = points.filter(({ predicted }) => predicted.value < value);
  const count = (of: typeof points) => of.reduce((sum, { n }) => sum + n, 0);
  return nearest && { nearest, beyond, place: count(lower) / count(points) };
}

/** None of an answer that was withheld, or of values that hardly anybody tested had: it is not of them. */
export function listSimilar(model: Manifest, { output, status, warnings }: Prediction): Similar[] {
  if (!output || status === "forced" || warnings.some(isOutside)) return [];
  const tested = model.card.calibration.filter(({ cohort }) => cohort === "test");
  const curves = new Map(tested.map((curve) => [write(curve.target), curve]));
  return findOutput(model)
    .listClaims(model, output)
    .flatMap((claim) => {
      const curve = curves.get(write(claim.target));
      const found = curve && findNearest(curve, claim.value);
      return found ? [{ ...claim, ...found }] : [];
    });
}
