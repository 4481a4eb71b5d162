// Rows of a CSV become instances, and their answers a table again. No request is made here.
import Papa from "papaparse";
import type { Fact } from "../facts";
import type { Feature, Instance, Manifest } from "../manifest";
import type { Classes, Policy, Prediction, Problem, Survival, Value } from "../predictions";

export const MOST_ROWS = 1000;
export const MOST_BYTES = 5_000_000;

/** One thing to ask about: the number of its (first) row in the file, from 1, and its id. */
export interface Item {
  row: number;
  id: string;
  instance: Instance;
}

export interface Table {
  items: Item[];
  /** Columns that the model does not know; then nothing is asked. */
  unknown: string[];
  rows: number;
}

const columnsOf = (model: Manifest): Feature[] | string[] => {
  const { input } = model;
  if (input.kind === "text") return [input.field];
  return input.kind === "image" ? [] : input.features;
};

const nameOf = (column: Feature | string) => (typeof column === "string" ? column : column.name);

export function readTable(model: Manifest, text: string): Table {
  const parsed = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: "greedy",
  });
  const columns = columnsOf(model);
  const known = new Set(["id", ...columns.map(nameOf)]);
  const unknown = (parsed.meta.fields ?? []).filter((name) => !known.has(name));
  const items = parsed.data.map((cells, i) => ({
    row: i + 1,
    id: cells.id ?? "",
    instance: readCells(columns, cells),
  }));
  const joined = model.input.kind === "series" ? joinRows(items, model.input.field) : items;
  return { items: joined, unknown, rows: parsed.data.length };
}

function readCells(columns: Feature[] | string[], cells: Record<string, string>): Instance {
  const read = columns.map((column): [string, unknown] => {
    const text = cells[nameOf(column)]?.trim() ?? "";
    return [nameOf(column), typeof column === "string" ? text : readCell(column, text)];
  });
  return Object.fromEntries(read.filter(([, value]) => value !== ""));
}

const BOOLEANS: Record<string, boolean> = { true: true, false: false, "1": true, "0": false };

function readCell(feature: Feature, text: string): unknown {
  if (feature.type === "boolean") return BOOLEANS[text.toLowerCase()] ?? text;
  if (feature.type === "choice" || text === "") return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** The rows of an id together are one history. */
function joinRows(items: Item[], field: string): Item[] {
  const joined = new Map<string, Item>();
  for (const { id, row, instance } of items) {
    const known = joined.get(id);
    if (known) (known.instance[field] as Instance[]).push(instance);
    else joined.set(id, { row, id, instance: { [field]: [instance] } });
  }
  return [...joined.values()];
}

export type Cells = Record<string, string | number>;

/** A sentence of a cell. */
export interface Spoken extends Partial<Fact> {
  field: string | null;
  text: string;
}

/** The cells of a row as the service says them, and by column the facts that they say. */
export interface Line {
  cells: Cells;
  spoken: Record<string, Spoken[]>;
}

/** The problems of items, and the items that have none. */
export function splitRejects(items: Item[], problems: Problem[]): [Item[], Line[]] {
  const wrong = new Set(problems.map((problem) => problem.instance));
  const rejects = problems.flatMap((one) => {
    const item = one.instance === null ? undefined : items[one.instance];
    if (!item) return [];
    const cells = { row: item.row, id: item.id, field: one.field ?? "", problem: one.problem };
    return [{ cells, spoken: { problem: [{ ...one, field: null, text: one.problem }] } }];
  });
  return [items.filter((_, i) => !wrong.has(i)), rejects];
}

/** An answer as the columns of a table, called as in the results of a file in the bucket. */
export function writeAnswer(item: Item, prediction: Prediction): Line {
  const warnings = prediction.warnings.map((one) => ({ ...one, text: one.problem }));
  const reason = prediction.reason ?? "";
  const cells = {
    row: item.row,
    id: item.id,
    ...(prediction.output ? writeOutput(prediction) : {}),
    warnings: warnings.map(({ field, text }) => (field ? `${field}: ${text}` : text)).join("; "),
    abstained: reason,
  };
  const abstained = reason ? [{ ...prediction, field: null, text: reason }] : [];
  return { cells, spoken: { warnings, abstained } };
}

function writeOutput({ output, interval }: Prediction): Cells {
  if (output && "risk" in output) return writeSurvival(output, interval);
  if (output && "probabilities" in output) {
    const { label, probabilities } = output as Classes;
    const each = Object.entries(probabilities).map(([name, share]) => [
      nameProbability(name),
      share,
    ]);
    const set =
      interval && "labels" in interval ? { interval_labels: interval.labels.join("; ") } : {};
    return { label, ...Object.fromEntries(each), ...set };
  }
  if (output && "options" in output) return { recommended: (output as Policy).recommended ?? "" };
  const { value, unit } = output as Value;
  const { low, high } = interval && "low" in interval ? interval : { low: "", high: "" };
  return { unit, value, interval_low: low, interval_high: high };
}

const nameProbability = (label: string) => `probability_${label.replace(/[^\w.-]+/g, "_")}`;

function writeSurvival({ risk, median_days }: Survival, interval: Prediction["interval"]): Cells {
  const risks = Object.entries(risk).map(([day, share]) => [`risk_${day}`, share]);
  return {
    median_days: median_days ?? "",
    ...Object.fromEntries(risks),
    interval_at_least_days: interval && "at_least_days" in interval ? interval.at_least_days : "",
  };
}

/** As CSV; a cell that a spreadsheet would take for a formula is made a text. */
export const writeCsv = (rows: object[], columns: string[]) =>
  Papa.unparse(rows, { columns, escapeFormulae: true });

export const listColumns = (lines: Line[]) => [
  ...new Set(lines.flatMap(({ cells }) => Object.keys(cells))),
];
