// The unit in a heading or behind a number, and what it is multiplied by to be the model's.
import type { Feature } from "../manifest";
import type { Units } from "../service";
import { plain } from "./numbers";

/** A unit that a column may be in. */
export interface Offered {
  unit: string;
  factor: number;
}

const COUNT =
  /^(?:x|×|\*)?\s*(?:10\s*(?:\^|\*\*?|e)\s*\(?0?(\d{1,2})\)?|(g|gpt|giga|k|tsd\.?|thou|m|mio\.?|万|千)?)\s*(?:cells?|zellen|个|#)?\s*\/\s*(.+)$/i;
const POWERS: Record<string, number> = {
  g: 9, gpt: 9, giga: 9, k: 3, tsd: 3, "tsd.": 3, thou: 3, m: 6, mio: 6, "mio.": 6, 万: 4, 千: 3,
}; // biome-ignore format: a table
/** Powers of ten of a volume in litres. */
const VOLUMES: Record<string, number> = {
  ul: -6, mcl: -6, mm3: -6, "mm^3": -6, cmm: -6, nl: -9, l: 0, liter: 0, litre: 0, 升: 0, 微升: -6, ml: -3, dl: -1,
}; // biome-ignore format: a table
const TIMES = new Set(["d", "day", "days", "tag", "tage", "天", "日"]);

/** The units that the service converts from, and those that a dose has. */
export function listUnits(feature: Feature, units: Units): Offered[] {
  if (feature.type !== "number") return [];
  const own = { unit: feature.unit, factor: 1 };
  const told = (units[feature.name] ?? []).filter(({ unit }) => unit !== feature.unit);
  const full = findFullDose(feature);
  return [
    own,
    ...told,
    ...(full
      ? [
          { unit: "%", factor: 0.01 },
          { unit: full.unit, factor: 1 / full.value },
        ]
      : []),
  ];
}

/** What a dose of the whole protocol is, if the feature is a share of it. */
function findFullDose(feature: Feature) {
  const source = "source" in feature ? feature.source : undefined;
  return source && "full_dose" in source && feature.type === "number" && feature.unit === "1"
    ? source.full_dose
    : undefined;
}

/** The unit that a text spells, of those a feature takes; counts of a volume by their power of ten. */
export function findUnit(feature: Feature, text: string, units: Units): Offered | undefined {
  if (feature.type !== "number") return undefined;
  const offered = listUnits(feature, units);
  const spelled = fold(text);
  const same = offered.find(({ unit }) => fold(unit) === spelled);
  if (same) return same;
  if (feature.unit === "d" && TIMES.has(spelled)) return { unit: "d", factor: 1 };
  const [one, own] = [readCount(text), readCount(feature.unit)];
  if (one === undefined || own === undefined) return undefined;
  const known = offered.find(({ unit }) => readCount(unit) === one);
  return known ?? { unit: text, factor: 10 ** (one - own) };
}

/** Whether a text looks like a unit, of whatever. */
export const isUnit = (text: string) =>
  readCount(text) !== undefined ||
  TIMES.has(fold(text)) ||
  /^%$|^\S{0,12}\/\S{1,8}$/.test(plain(text));

const fold = (text: string) =>
  plain(text)
    .replace(/[µμ]/g, "u")
    .replace(/10\*+(?=\d)/g, "10^")
    .replace(/\s+/g, "")
    .toLowerCase()
    .replace(/^mg\/m\^?2$/, "mg/m2");

/** The power of ten of a count in a litre; none if a text is no such count. */
function readCount(text: string): number | undefined {
  const found = COUNT.exec(plain(text).replace(/[µμ]/g, "u"));
  const volume = VOLUMES[(found?.[3] ?? "").trim().toLowerCase()];
  if (!found || volume === undefined) return undefined;
  const power = found[1] ? Number(found[1]) : (POWERS[(found[2] ?? "").toLowerCase()] ?? 0);
  return power - volume;
}
