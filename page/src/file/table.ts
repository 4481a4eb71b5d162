// Rows of a CSV become instances, and their answers a table again. No request is made here.
import Papa from "papaparse";
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

export interface Reject {
  row: number;
  id: string;
  field: string;
  problem: string;
}

/** The problems of items, and the items that have none. */
export function splitRejects(items: Item[], problems: Problem[]): [Item[], Reject[]] {
  const wrong = new Set(problems.map((problem) => problem.instance));
  const rejects = problems.flatMap(({ instance, field, problem }) => {
    const item = instance === null ? undefined : items[instance];
    return item ? [{ row: item.row, id: item.id, field: field ?? "", problem }] : [];
  });
  return [items.filter((_, i) => !wrong.has(i)), rejects];
}

export type Cells = Record<string, string | number>;

/** An answer as the columns of a table, called as in the results of a file in the bucket. */
export function writeAnswer(item: Item, prediction: Prediction): Cells {
  return {
    row: item.row,
    id: item.id,
    ...(prediction.output ? writeOutput(prediction) : {}),
    warnings: prediction.warnings
      .map((one) => [one.field, one.problem].filter(Boolean).join(": "))
      .join("; "),
    abstained: prediction.reason ?? "",
  };
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

export const listColumns = (rows: Cells[]) => [...new Set(rows.flatMap((row) => Object.keys(row)))];
