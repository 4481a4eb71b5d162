// What a person has entered so far, as text, and the values that it becomes. Kept in memory alone,
// and only as long as one stays with a model.
import type { ReadValue } from "../contract";
import type { Feature, Instance, Manifest } from "../manifest";
import type { Problem } from "../predictions";
import type { Units } from "../service";

/** One value as it was typed, and the unit it was typed in. */
export interface Cell {
  text: string;
  unit?: string | undefined;
  /** In the model's unit, where the text is that value rounded into another one. */
  exact?: number;
  /** What the service read, and of what text. */
  read?: ReadValue & { typed: string };
}

export type Row = Record<string, Cell>;

/** Rows hold values by feature, one row or many; content a picture or a text. */
export interface Draft {
  rows: Row[];
  content: string;
  /** Of an input of several parts, by their names. */
  parts?: Record<string, Draft>;
  /** What a room keeps beside it, as the photograph that a picture is cut from; gone with the draft. */
  aside?: unknown;
}

/** A draft, or what becomes of the one that is there by then. */
export type Change = Draft | ((now: Draft) => Draft);

/** What every form takes and gives. */
export interface FieldsProps<Model extends Manifest = Manifest> {
  model: Model;
  /** Of its control, if it has one alone; where it is a part, another than elsewhere. */
  id?: string;
  draft: Draft;
  units: Units;
  /** What is wrong, by the field that the service names. */
  problems: Map<string, Problem>;
  /** Whether the service found what was asked unlike all it knows. */
  doubted: boolean;
  onChange: (change: Change) => void;
}

export const emptyDraft = (): Draft => ({ rows: [{}], content: "" });

/** The value of a feature of one person, wherever it was entered. */
export function findCell({ rows, parts = {} }: Draft, feature: string): Cell | undefined {
  const own = rows.length === 1 ? rows[0]?.[feature] : undefined;
  if (own) return own;
  for (const part of Object.values(parts)) {
    const cell = findCell(part, feature);
    if (cell) return cell;
  }
  return undefined;
}

const kept = new Map<string, Draft>();
const key = (model: Manifest) => `${model.id}@${model.version}`;

export const recallDraft = (model: Manifest) => kept.get(key(model)) ?? emptyDraft();
export const keepDraft = (model: Manifest, draft: Draft) => kept.set(key(model), draft);
export const forgetDrafts = () => kept.clear();

/** The text of a value as a field holds it. */
const write = (value: unknown): string =>
  value === null || value === undefined ? "" : String(value);

export const openRow = (values: Instance): Row =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { text: write(value) }]));

export const openContent = (value: unknown): Draft => ({ rows: [], content: write(value) });

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** Whether a text is a number as programs write it; others are read by the service. */
export const isPlain = (text: string) => PLAIN.test(text.trim());

/** What is sent for a field: a number where it is one, in the model's unit; else what was typed. */
export function readCell(feature: Feature, cell: Cell | undefined, units: Units): unknown {
  const text = cell?.text.trim() ?? "";
  if (text === "") return null;
  switch (feature.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "choice":
      return text;
    case "number": {
      if (cell?.exact !== undefined) return cell.exact;
      const { unit = feature.unit, read } = cell ?? {};
      const factor = unit === feature.unit ? 1 : findFactor(feature.name, unit, units);
      // a bound, or a unit that is not known here: the service reads it, or says why not
      if (!isPlain(text)) return read?.comparator && unit !== "1" ? `${text} ${unit}` : text;
      if (factor === undefined) return `${text} ${unit}`;
      return factor === 1 ? Number(text) : Number((Number(text) * factor).toPrecision(12));
    }
  }
}

export const findFactor = (name: string, unit: string, units: Units): number | undefined =>
  units[name]?.find((one) => one.unit === unit)?.factor;

/** The values of a row; one that is not there is left out. */
export function readRow(features: Feature[], row: Row, units: Units): Instance {
  const values = features.map((feature) => [
    feature.name,
    readCell(feature, row[feature.name], units),
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}
