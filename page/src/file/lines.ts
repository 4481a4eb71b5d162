// What the service says of the rows of a file, as the lines of a table.
import type { FileAnswer } from "../contract";
import type { Fact } from "../facts";
import { findOutput } from "../kinds";
import type { Manifest } from "../manifest";
import type { Cells } from "../rooms";

type Row = FileAnswer["rows"][number];

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

/** A line per problem of a row. */
export const listProblems = ({ row, id, problems = [] }: Row): Line[] =>
  problems.map((one) => ({
    cells: { row, id: id ?? "", field: one.field ?? "", problem: one.problem },
    spoken: { problem: [{ ...one, field: null, text: one.problem }] },
  }));

/** The answer to a row, its columns called as in the results of a file in the bucket. */
export function listAnswer(model: Manifest, { row, id, prediction }: Row): Line[] {
  if (!prediction) return [];
  const { output, interval } = prediction;
  const warnings = prediction.warnings.map((one) => ({ ...one, text: one.problem }));
  const reason = prediction.reason ?? "";
  const cells = {
    row,
    id: id ?? "",
    ...(output ? findOutput(model).writeCells(output, interval) : {}),
    warnings: warnings.map(({ field, text }) => (field ? `${field}: ${text}` : text)).join("; "),
    abstained: reason,
  };
  const abstained = reason ? [{ ...prediction, field: null, text: reason }] : [];
  return [{ cells, spoken: { warnings, abstained } }];
}

/** As CSV; ids that a spreadsheet would take for a formula are refused by the service. */
export const writeCsv = (rows: Cells[], columns: string[]) =>
  [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))]
    .map((cells) => `${cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(",")}\n`)
    .join("");

export const listColumns = (lines: Line[]) => [
  ...new Set(lines.flatMap(({ cells }) => Object.keys(cells))),
];
