// The values of a file, as far as a person must look at them before they travel.
import { findInput } from "../kinds";
import type { Feature, Manifest } from "../manifest";
import type { Units } from "../service";
import type { Use } from "./columns";
import { VALUES } from "./synonyms";
import { listData, type Sent, type Table } from "./table";

const FAR = 3; // times beyond what the model learned from

/** Columns whose middle number is far from what is usual, and not in another unit. */
export function listDoubtful(model: Manifest, table: Table, uses: Use[], units: Units) {
  const { listFeatures } = findInput(model);
  const rows = listData(table);
  return uses.flatMap(({ name, unit }, at) => {
    const feature = listFeatures(model).find((one) => one.name === name);
    if (feature?.type !== "number" || !unit) return [];
    const middle = findMiddle(rows.map(({ cells }) => cells[at] ?? ""));
    const offered = units[name] ?? [];
    const { low, high } = feature.training_range;
    const measure = (of: string) =>
      (middle ?? 0) * (offered.find((one) => one.unit === of)?.factor ?? 1);
    const isFar = (value: number) => value > FAR * high || (low > 0 && value < low / FAR);
    if (middle === undefined || !isFar(measure(unit))) return [];
    const likely = offered
      .map((one) => one.unit)
      .filter((one) => one !== unit && measure(one) >= low && measure(one) <= high);
    const factor = measure(unit) / middle || 1;
    const range = { low: low / factor, high: high / factor };
    return likely.length ? [{ name, middle, unit, range, likely }] : [];
  });
}

function findMiddle(cells: string[]): number | undefined {
  const numbers = cells
    .filter((cell) => /^\s*[+-]?\d+(?:[.,]\d+)?\s*$/.test(cell))
    .map((cell) => Number(cell.replace(",", ".")))
    .sort((one, other) => one - other);
  return numbers[Math.floor(numbers.length / 2)];
}

/** Words of a column that its model has others for. */
export interface Respelled {
  name: string;
  /** By what stands in the file, what is sent in its place. */
  words: Map<string, string>;
}

/** Choices, and yes and no, that are written otherwise than the model has them. */
export function listRespelled(model: Manifest, table: Table, uses: Use[]): Respelled[] {
  const features = findInput(model).listFeatures(model);
  const rows = listData(table);
  return uses.flatMap(({ name }, at) => {
    const feature = features.find((one) => one.name === name);
    if (!feature || feature.type === "number") return [];
    const cells = new Set(rows.map(({ cells }) => cells[at]?.trim() ?? ""));
    const words = new Map(
      [...cells].flatMap((cell) => {
        const word = respell(feature, cell);
        return word === undefined ? [] : [[cell, word] as const];
      }),
    );
    return words.size ? [{ name, words }] : [];
  });
}

const READ = ["true", "false", "yes", "no", "1", "0", "是", "否"]; // by the service, as yes and no

/** What a model calls a value that people call otherwise, and the service does not read. */
function respell(feature: Feature, cell: string): string | undefined {
  const own = feature.type === "choice" ? feature.choices : READ;
  const told = "spellings" in feature ? Object.keys(feature.spellings ?? {}) : [];
  const folded = fold(cell);
  if (!cell || [...own, ...told].some((one) => fold(one) === folded)) return undefined;
  const group = VALUES.find((words) => words.includes(folded)) ?? [];
  return own.find((one) => group.includes(fold(one)));
}

const fold = (word: string) => word.normalize("NFKC").toLowerCase();

/** What is sent, in the words of the model. */
export const speakSent = (sent: Sent[], respelled: Respelled[]): Sent[] =>
  sent.map((one) => {
    const words = respelled.find(({ name }) => name === one.name)?.words;
    return words ? { ...one, words } : one;
  });
