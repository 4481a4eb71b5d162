// The units that values were entered in: what is said of them later is said in these.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Fact } from "../facts";
import { formatNumber } from "../language";
import type { Feature, NumberFeature } from "../manifest";
import type { Units } from "../service";
import { withUnit } from "../units";
import { type Draft, findCell, findFactor } from "./draft";

interface Entry {
  /** The model's unit, and the one that was entered. */
  own: string;
  unit: string;
  /** Brings a value to the model's unit. */
  factor: number;
}

/** By feature; what was entered in the model's own unit is left out. */
export type Entered = Record<string, Entry>;

const Context = createContext<Entered>({});
export const EnteredIn = Context.Provider;
export const useEntered = () => useContext(Context);

/** Of one person's values; a history is in the model's units throughout. */
export function listEntered(features: Feature[], draft: Draft, units: Units): Entered {
  return Object.fromEntries(
    features.flatMap((feature) => {
      const unit = findCell(draft, feature.name)?.unit;
      if (feature.type !== "number" || unit === undefined || unit === feature.unit) return [];
      const factor = findFactor(feature.name, unit, units);
      return factor ? [[feature.name, { own: feature.unit, unit, factor }]] : [];
    }),
  );
}

/** A value in the model's unit, as the reader entered it. */
export function writeAmount(
  feature: NumberFeature,
  value: number,
  entered: Entered,
  digits = 4,
): string {
  const { unit = feature.unit, factor = 1 } = entered[feature.name] ?? {};
  return withUnit(formatNumber(value / factor, digits), unit);
}

const DIGITS = 4;

/** A fact whose limits are in the unit that its field was entered in. */
export function convertFact<Given extends Partial<Fact>>(
  fact: Given & { field?: string | null },
  entered: Entered,
): Given {
  const { limits } = fact;
  const entry = entered[String(limits?.feature ?? fact.field ?? "")];
  if (!limits || (!entry && !Object.values(limits).some(isNested))) return fact;
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert);
    if (isFact(value)) {
      const named = "feature" in value.limits ? value : { ...value, field: limits.feature };
      const { field: _, ...inner } = convertFact(named as Fact, entered) as Fact & {
        field?: string;
      };
      return inner;
    }
    return entry && typeof value === "number" && limits.unit === entry.own
      ? Number((value / entry.factor).toPrecision(DIGITS))
      : value;
  };
  const converted = Object.entries(limits).map(([name, value]) => [
    name,
    entry && name === "unit" && value === entry.own ? entry.unit : convert(value),
  ]);
  return { ...fact, limits: Object.fromEntries(converted) };
}

const isFact = (value: unknown): value is Fact =>
  typeof value === "object" && value !== null && "code" in value && "limits" in value;

const isNested = (value: unknown): boolean =>
  Array.isArray(value) ? value.some(isFact) : isFact(value);
