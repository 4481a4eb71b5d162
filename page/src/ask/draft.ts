// What a person has entered so far, as text, and the instance that it becomes. Kept in memory alone.
import type { Feature, Instance, Manifest, SeriesInput, TabularInput } from "../manifest";
import type { Problem } from "../predictions";
import type { Units } from "../service";

/** One value as it was typed, and the unit it was typed in. */
export interface Cell {
  text: string;
  unit?: string;
}

export type Row = Record<string, Cell>;

/** Rows hold the values of a tabular input (one row) or a series; content a picture or a text. */
export interface Draft {
  rows: Row[];
  content: string;
}

/** What every form takes and gives. */
export interface FieldsProps {
  model: Manifest;
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

export const listFeatures = (input: TabularInput | SeriesInput): Feature[] => input.features;

/** The text of a value as a field holds it. */
const write = (value: unknown): string =>
  value === null || value === undefined ? "" : String(value);

/** The draft of an instance, as an example is. */
export function openInstance(model: Manifest, instance: Instance): Draft {
  const input = model.input;
  const open = (values: Record<string, unknown>): Row =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { text: write(value) }]),
    );
  switch (input.kind) {
    case "tabular":
      return { rows: [open(instance)], content: "" };
    case "series":
      return { rows: (instance[input.field] as Instance[]).map(open), content: "" };
    default:
      return { rows: [], content: write(instance[input.field]) };
  }
}

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

export const findFactor = (name: string, unit: string | undefined, units: Units): number =>
  units[name]?.find((one) => one.unit === unit)?.factor ?? 1;

function readRow(features: Feature[], row: Row, units: Units): Instance {
  const values = features.map((feature) => [
    feature.name,
    readCell(feature, row[feature.name], units),
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}

const isEmpty = (row: Row) => Object.values(row).every((cell) => cell.text.trim() === "");

/** The instance of a draft; a value that is not there is left out. */
export function readDraft(model: Manifest, draft: Draft, units: Units): Instance {
  const input = model.input;
  switch (input.kind) {
    case "tabular":
      return readRow(input.features, draft.rows[0] ?? {}, units);
    case "series": {
      const rows = draft.rows.filter((row) => !isEmpty(row));
      return { [input.field]: rows.map((row) => readRow(input.features, row, units)) };
    }
    default:
      return { [input.field]: draft.content };
  }
}
