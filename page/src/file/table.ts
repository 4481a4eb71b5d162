// Rows of a CSV become instances, and their answers a table again. No request is made here.
import Papa from "papaparse";
import type { Fact } from "../facts";
import { findOutput } from "../kinds";
import type { Manifest } from "../manifest";
import type { Prediction, Problem } from "../predictions";
import type { Cells, FileColumns, Item } from "../rooms";

export const MOST_ROWS = 1000;
export const MOST_BYTES = 5_000_000;

export interface Table {
  items: Item[];
  /** Columns that the model does not know; then nothing is asked. */
  unknown: string[];
  rows: number;
}

export function readTable(model: Manifest, file: FileColumns<Manifest>, text: string): Table {
  const parsed = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: "greedy",
  });
  const known = new Set(["id", ...file.list(model)]);
  const unknown = (parsed.meta.fields ?? []).filter((name) => !known.has(name));
  const items = parsed.data.map((cells, i) => ({
    row: i + 1,
    id: cells.id ?? "",
    instance: file.read(model, cells),
  }));
  return { items: file.join?.(model, items) ?? items, unknown, rows: parsed.data.length };
}

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
export function writeAnswer(model: Manifest, item: Item, prediction: Prediction): Line {
  const { output, interval } = prediction;
  const warnings = prediction.warnings.map((one) => ({ ...one, text: one.problem }));
  const reason = prediction.reason ?? "";
  const cells = {
    row: item.row,
    id: item.id,
    ...(output ? findOutput(model).writeCells(output, interval) : {}),
    warnings: warnings.map(({ field, text }) => (field ? `${field}: ${text}` : text)).join("; "),
    abstained: reason,
  };
  const abstained = reason ? [{ ...prediction, field: null, text: reason }] : [];
  return { cells, spoken: { warnings, abstained } };
}

/** As CSV; a cell that a spreadsheet would take for a formula is made a text. */
export const writeCsv = (rows: object[], columns: string[]) =>
  Papa.unparse(rows, { columns, escapeFormulae: true });

export const listColumns = (lines: Line[]) => [
  ...new Set(lines.flatMap(({ cells }) => Object.keys(cells))),
];
