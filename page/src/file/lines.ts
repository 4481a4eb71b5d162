// What became of each row of a file, by the line that Excel gives it.
import type { FileAnswer } from "../contract";
import type { Fact } from "../facts";
import { findOutput } from "../kinds";
import { t, translate } from "../language";
import type { Manifest } from "../manifest";
import type { Cells } from "../rooms";
import { say } from "../words";
import { ID, type Use } from "./columns";
import { listData, type Row, type Table } from "./table";

type Answer = FileAnswer["rows"][number];

export const STATUSES = ["answered", "abstained", "rejected"] as const;
export type Status = (typeof STATUSES)[number];

/** A sentence about a row: of the service, or of the page by its key. */
export interface Spoken extends Partial<Fact> {
  line: number;
  /** The column that it is about, as the model calls it. */
  field: string | null;
  text: string;
  key?: string;
}

export interface Line {
  line: number;
  id: string;
  status: Status;
  /** The answer, its columns called as in the results of a file in the bucket. */
  cells: Cells;
  warnings: Spoken[];
  /** Why there is no answer. */
  problems: Spoken[];
}

/** A file as it was asked about. */
export interface Asked {
  table: Table;
  uses: Use[];
}

export function listLines(model: Manifest, { table, uses }: Asked, answers: Answer[]): Line[] {
  const data = listData(table);
  const id = uses.findIndex(({ name }) => name === ID);
  const used = uses.flatMap(({ name }, i) => (name && name !== ID ? i : []));
  return answers.flatMap((answer) => {
    const at = answer.row - 1;
    const row = data[at];
    if (!row) return [];
    const { output, interval, reason, warnings = [] } = answer.prediction ?? {};
    const place = (field: string | null) => data[at + findOffset(field)]?.line ?? row.line;
    const speak = (one: Partial<Fact> & { field: string | null; problem: string }): Spoken => ({
      ...one,
      ...translateRow(one, data),
      line: place(one.field),
      text: one.problem,
    });
    const refused = findWrong(row, used) ?? (answer.problems ?? []).map(speak);
    const withheld = { ...answer.prediction, line: row.line, field: null, text: reason ?? "" };
    return {
      line: row.line,
      id: row.cells[id]?.trim() ?? "",
      status: answer.prediction ? (output ? "answered" : "abstained") : "rejected",
      cells: output ? findOutput(model).writeCells(output, interval) : {},
      warnings: warnings.map(speak),
      problems: answer.prediction ? (reason ? [withheld] : []) : refused,
    };
  });
}

/** Which row of several a field is of, as in history[2].anc. */
const findOffset = (field: string | null) => Number(/\[(\d+)\]/.exec(field ?? "")?.[1] ?? 0);

/** What another row is called in a sentence: its line. */
function translateRow({ limits }: Partial<Fact>, data: Row[]): Partial<Fact> {
  const line = data[Number(limits?.row) - 1]?.line;
  return limits && line !== undefined ? { limits: { ...limits, row: line } } : {};
}

/** What this page knows better of a row than the service, which had a stand-in of it. */
function findWrong({ line, wrong, cells }: Row, used: number[]): Spoken[] | undefined {
  if (wrong) return [{ ...wrong, line, field: null, text: wrong.code }];
  if (used.some((i) => cells[i]?.trim())) return undefined;
  return [{ line, field: null, text: "", key: "file.row_empty" }];
}

/** A sentence in the language of the page. */
export function speak(model: Manifest, { key, field, text, ...fact }: Spoken): string {
  const parts = key ? undefined : say(fact, model);
  const sentence = key ? t(key) : (parts?.map((part) => part.text).join("") ?? text);
  return field ? `${nameField(model, field)}: ${sentence}` : sentence;
}

export const nameField = (model: Manifest, field: string) =>
  translate(model, field.replace(/^.*\./, ""));

/** The columns of all answers. */
export const listCells = (lines: Line[]) => [
  ...new Set(lines.flatMap(({ cells }) => Object.keys(cells))),
];

/** Problems of one kind together, with the lines that they are of. */
export function groupProblems(model: Manifest, lines: Line[]) {
  const groups = new Map<string, { problem: Spoken; lines: number[] }>();
  for (const problem of lines.flatMap(({ problems }) => problems)) {
    const said = speak(model, problem);
    const group = groups.get(said) ?? { problem, lines: [] };
    groups.set(said, group);
    if (!group.lines.includes(problem.line)) group.lines.push(problem.line);
  }
  return [...groups.values()];
}
