// What a person has entered so far, as text, and the values that it becomes. Kept in memory alone.
import type { Feature, Instance, Manifest } from "../manifest";
import type { Problem } from "../predictions";
import type { Units } from "../service";

/** One value as it was typed, and the unit it was typed in. */
export interface Cell {
  text: string;
  unit?: string;
}

export type Row = Record<string, Cell>;

/** Rows hold values by feature, one row or many; content a picture or a text. */
export interface Draft {
  rows: Row[];
  content: string;
  /** What a room keeps beside it, as the photograph that a picture is cut from; gone with the draft. */
  aside?: unknown;
}

/** What every form takes and gives. */
export interface FieldsProps<Model extends Manifest = Manifest> {
  model: Model;
  draft: Draft;
  units: Units;
  /** What is wrong, by the field that the service names. */
  problems: Map<string, Problem>;
  onChange: (draft: Draft) => void;
}

export const emptyDraft = (): Draft => ({ rows: [{}], content: "" });

const kept = new Map<string, Draft>();
const key = (model: Manifest) => `${model.id}@${model.version}`;

export const recallDraft = (model: Manifest) => kept.get(key(model)) ?? emptyDraft();
export const keepDraft = (model: Manifest, draft: Draft) => kept.set(key(model), draft);

/** The text of a value as a field holds it. */
const write = (value: unknown): string =>
  value === null || value === undefined ? "" : String(value);

export const openRow = (values: Instance): Row =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { text: write(value) }]));

export const openContent = (value: unknown): Draft => ({ rows: [], content: write(value) });

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
      const value = Number(text);
      return Number.isFinite(value) ? value * findFactor(feature.name, cell?.unit, units) : text;
    }
  }
}

const findFactor = (name: string, unit: string | undefined, units: Units): number =>
  units[name]?.find((one) => one.unit === unit)?.factor ?? 1;

/** The values of a row; one that is not there is left out. */
export function readRow(features: Feature[], row: Row, units: Units): Instance {
  const values = features.map((feature) => [
    feature.name,
    readCell(feature, row[feature.name], units),
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}
