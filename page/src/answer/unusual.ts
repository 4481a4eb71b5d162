// Which values make a case unlike those that a model learned from: each against what is usual there.
import type { Entered } from "../ask/entered";
import { findUsual } from "../ask/usual";
import type { Feature, Instance, Manifest, NumberFeature } from "../manifest";
import type { Units } from "../service";

/** A value that few had, and perhaps the unit that would make it a usual one. */
export interface Unusual {
  feature: NumberFeature;
  value: number;
  usual: number;
  /** How many times the usual; only of values that are compared by their ratio. */
  times: number | undefined;
  likely: string | undefined;
}

/** In standard deviations: beyond it lies one value in twenty. */
const FAR = 2;
const MOST = 3;
const LEAST = 1e-12; // what a value that has no logarithm is taken for, as the service does

/** The values that are farthest from the usual, first; none where the distance has no columns. */
export function listUnusual(
  model: Manifest,
  features: Feature[],
  instance: Instance,
  units: Units,
  entered: Entered,
): Unusual[] {
  const distance = model.uncertainty?.distance;
  if (!distance || !("columns" in distance) || distance.columns.length !== features.length)
    return [];
  const { columns } = distance;
  return features
    .flatMap((feature, i) => {
      const column = columns[i];
      const value = instance[feature.name];
      if (!column || feature.type !== "number" || typeof value !== "number") return [];
      const { log, offset, mean, deviation } = column;
      const standardise = (one: number) => {
        const x = log ? Math.log(Math.max(one + offset, LEAST)) : one;
        return Math.abs(x - mean) / deviation;
      };
      const usual = findUsual(model, feature, i);
      const away = standardise(value);
      const { unit: chosen = feature.unit, factor: own = 1 } = entered[feature.name] ?? {};
      const likely = (units[feature.name] ?? [])
        .filter(({ unit }) => unit !== chosen)
        .map(({ unit, factor }) => ({ unit, away: standardise((value / own) * factor) }))
        .filter((one) => one.away < Math.min(FAR, away / 2))
        .sort((a, b) => a.away - b.away)[0]?.unit;
      const times = log && usual > 0 && value > 0 ? value / usual : undefined;
      return [{ feature, value, usual, times, likely, away }];
    })
    .filter(({ away }) => away > FAR)
    .sort((a, b) => b.away - a.away)
    .slice(0, MOST);
}

/** The features that an instance holds no value of: itself, or in none of its rows. */
export function listMissing(features: Feature[], instance: Instance): Feature[] {
  const rows = Object.values(instance).find(Array.isArray) as Instance[] | undefined;
  const given = rows ?? [instance];
  return features.filter(({ name }) => given.every((row) => (row[name] ?? null) === null));
}
