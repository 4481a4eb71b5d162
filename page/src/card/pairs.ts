// Calibration curves among the figures of a card: what was predicted beside what was observed.
import type { Metric } from "../manifest";

export interface Pair {
  group: string;
  predicted: Metric;
  observed: Metric;
}

export interface Curve {
  /** What is predicted: the end of the name of both figures. */
  of: string;
  evaluated_on: string;
  /** One per group of people, by rising prediction. */
  pairs: Pair[];
}

/** Every `predicted X` that has an `observed X` of the same model and people, in the order of the card. */
export function pairMetrics(metrics: Metric[]): Curve[] {
  const curves = new Map<string, Curve>();
  for (const predicted of metrics) {
    const of = /^predicted (.+)$/.exec(predicted.metric)?.[1];
    const { model, evaluated_on, group } = predicted;
    const observed = metrics.find(
      (one) =>
        one.metric === `observed ${of}` &&
        one.model === model &&
        one.evaluated_on === evaluated_on &&
        one.group === group,
    );
    if (of === undefined || !observed) continue;
    const key = JSON.stringify([of, model, evaluated_on]);
    const curve = curves.get(key) ?? { of, evaluated_on, pairs: [] };
    curve.pairs.push({ group, predicted, observed });
    curves.set(key, curve);
  }
  for (const { pairs } of curves.values()) {
    pairs.sort((a, b) => a.predicted.value - b.predicted.value);
  }
  return [...curves.values()];
}
