// What values are usual, and what that says of units: which to begin with, which was likely meant.
import type { Manifest, NumberFeature } from "../manifest";
import type { Units } from "../service";
import type { System } from "./system";

type Offered = Units[string];

const OF_SYSTEM: Record<System, RegExp> = {
  si: /mol\/L$|^[mun]?g\/L$|^10\*(9|12)\/L$|^(kg|cm|m|Cel)$/,
  conventional: /g\/dL$|^[un]g\/mL$|^10\*3\/uL$|^\/uL$|^\[(lb_av|in_i|degF)\]$/,
};
/** From how many times the usual on the unit is doubted. */
const FAR = 5;
/** The same where the service finds the whole unlike all it has learned. */
const FAR_IF_DOUBTED = 3;

/** Numbers that differ by more are told apart at sight, however far a range reaches: 4.1 and 4,100. */
const TOLD_APART = 100;

/** The middle of the usual range, on a scale of logarithms where it has one. */
function findMiddle({ training_range: { low, high } }: NumberFeature): number {
  return low > 0 ? Math.sqrt(low * high) : high / 2;
}

/**
 * Whether values usual in one unit are usual in another: then a number does not tell its unit.
 * The middle of the usual range is taken, and read as if it were in the other unit: if that lies
 * within the usual range, too, no unit is chosen for the reader. Light chains (0.01 to 20.5 mg/dL,
 * middle 0.45) may be mg/L; creatinine (0.4 to 10.8 mg/dL, middle 2.1) can be nothing else.
 */
export function listConfusable(feature: NumberFeature, offered: Offered): string[] {
  const { low, high } = feature.training_range;
  const middle = findMiddle(feature);
  const isUsual = (value: number) => low <= value && value <= high;
  const confusable = offered
    .filter(({ factor }) => factor !== 1 && Math.max(factor, 1 / factor) <= TOLD_APART)
    .filter(({ factor }) => isUsual(middle * factor) || isUsual(middle / factor));
  return confusable.length ? [feature.unit, ...confusable.map(({ unit }) => unit)] : [];
}

const isConfusable = (feature: NumberFeature, offered: Offered) =>
  listConfusable(feature, offered).length > 0;

/** The unit of a system: of amounts before masses in SI, and with numbers from 1 to 1000. */
export function findUnitOf(
  feature: NumberFeature,
  offered: Offered,
  system: System | undefined,
): string {
  const fitting = offered.filter(({ unit }) => system && OF_SYSTEM[system].test(unit));
  const molar = system === "si" ? fitting.filter(({ unit }) => unit.includes("mol")) : [];
  const middle = findMiddle(feature);
  const strain = (factor: number) => {
    const digits = Math.log10(middle / factor);
    return Math.max(0, -digits, digits - 3);
  };
  const [best] = [...(molar.length ? molar : fitting)].sort(
    (a, b) => strain(a.factor) - strain(b.factor),
  );
  return best?.unit ?? feature.unit;
}

/** The unit that a field begins with; none where the reader must choose. */
export const chooseUnit = (
  feature: NumberFeature,
  offered: Offered,
  system: System | undefined,
): string | undefined =>
  isConfusable(feature, offered) ? undefined : findUnitOf(feature, offered, system);

/**
 * What is usual: the median of the people that the model was explained by, else the middle.
 * @param at which of the model's features it is
 */
export function findUsual(model: Manifest, feature: NumberFeature, at: number): number {
  const centres = model.explanation?.background?.centres ?? [];
  const known = centres
    .flatMap(({ values, people }) => {
      const value = values[at];
      return typeof value === "number" ? [{ value, people }] : [];
    })
    .sort((a, b) => a.value - b.value);
  const all = known.reduce((sum, { people }) => sum + people, 0);
  let below = 0;
  const median = known.find(({ people }) => {
    below += people;
    return below >= all / 2;
  });
  return median && median.value > 0 ? median.value : findMiddle(feature);
}

/** A unit that was likely meant, and how many times the usual the value is without it. */
export interface Suspect {
  unit: string;
  times: number;
}

/** A number as it was typed, in the unit that was chosen. */
interface Typed {
  number: number;
  unit: string;
  /** In the model's unit. */
  usual: number;
  /** Whether the service has found what was asked unlike all it knows. */
  doubted: boolean;
}

/** The unit by which a value far out would be a usual one. */
export function suspectUnit(
  feature: NumberFeature,
  offered: Offered,
  { number, unit, usual, doubted }: Typed,
): Suspect | undefined {
  const own = offered.find((one) => one.unit === unit);
  if (!own || !(number > 0)) return undefined;
  const { low, high } = feature.training_range;
  const value = number * own.factor;
  const apart = (other: number) => Math.abs(Math.log(other / usual));
  const far = Math.log(doubted ? FAR_IF_DOUBTED : FAR);
  const outside = value < low || value > high;
  if (!outside && (apart(value) < far || !(doubted || isConfusable(feature, offered))))
    return undefined;
  const [nearest] = offered
    .filter(({ factor }) => factor !== own.factor)
    .filter(({ factor }) => low <= number * factor && number * factor <= high)
    .filter(({ factor }) => apart(number * factor) < apart(value))
    .sort((a, b) => apart(number * a.factor) - apart(number * b.factor));
  return nearest && { unit: nearest.unit, times: value / usual };
}
