// What became of each row of a file, by the line that Excel gives it.
import type { FileAnswer } from "../contract";
import type { Fact } from "../facts";
import { findInput, findOutput } from "../kinds";
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
  const converted = new Set(listConverted(model, uses).map(({ name }) => name));
  /** Whether a warning says again of a row what was chosen for the whole column. */
  const isTold = ({ field, code }: { field: string | null; code: string }) =>
    code === "amount_converted" && converted.has(nameLast(field ?? ""));
  const used = uses.flatMap(({ name }, i) => (name && name !== ID ? i : []));
  return answers.flatMap((answer) => {
    const at = answer.row - 1;
    const row = data[at];
    if (!row) return [];
    const { output, interval, reason, warnings = [] } = answer.prediction ?? {};
    const place = (field: string | null) => data[at + findOffset(field)]?.line ?? row.line;
    const tell = (one: Partial<Fact> & { field: string | null; problem: string }): Spoken => ({
      ...one,
      ...translateRow(one, data),
      line: place(one.field),
      text: one.problem,
    });
    const refused = findWrong(row, used) ?? (answer.problems ?? []).map(tell);
    const withheld = { ...answer.prediction, line: row.line, field: null, text: reason ?? "" };
    return {
      line: row.line,
      id: row.cells[id]?.trim() ?? "",
      status: answer.prediction ? (output ? "answered" : "abstained") : "rejected",
      cells: output ? findOutput(model).writeCells(output, interval) : {},
      warnings: warnings.filter((one) => !isTold(one)).map(tell),
      problems: answer.prediction ? (reason ? [withheld] : []) : refused,
    };
  });
}

/** The columns that are in another unit than the model's, as was chosen. */
export function listConverted(model: Manifest, uses: Use[]): Use[] {
  const features = findInput(model).listFeatures(model);
  return uses.filter(({ name, unit }) =>
    features.some((one) => one.type === "number" && one.name === name && unit !== one.unit),
  );
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

export const nameField = (model: Manifest, field: string) => translate(model, nameLast(field));

/** The column of a field, as in history[2].anc. */
export const nameLast = (field: string) => field.replace(/^.*\./, "");

/** The columns of all answers. */
export const listCells = (lines: Line[]) => [
  ...new Set(lines.flatMap(({ cells }) => Object.keys(cells))),
];

/** A kind of problem, and the lines that it is of. */
export interface Group {
  problem: Spoken;
  /** What is said where sentences of one kind differ in their figures: how all of them begin. */
  said: string | undefined;
  lines: number[];
}

/** Problems of one kind together. */
export function groupProblems(model: Manifest, lines: Line[]): Group[] {
  const kinds = groupBy(
    lines.flatMap(({ problems }) => problems),
    ({ field, code, key, text }) => `${field} ${key ?? code ?? text}`,
  );
  return [...kinds.values()].flatMap((same) => {
    const sentences = groupBy(same, (one) => speak(model, { ...one, field: null }));
    const list = (some: Spoken[]) => [...new Set(some.map(({ line }) => line))];
    const beginning = sentences.size > 1 ? findBeginning([...sentences.keys()]) : undefined;
    const parts = beginning ? [same] : [...sentences.values()];
    return parts.flatMap((some) =>
      some[0] ? [{ problem: some[0], said: beginning, lines: list(some) }] : [],
    );
  });
}

/** How sentences begin that go on with other figures behind a mark; nothing if they have none. */
function findBeginning(sentences: string[]): string | undefined {
  const [first = ""] = sentences;
  const differs = [...first].findIndex((letter, i) => sentences.some((one) => one[i] !== letter));
  return /^(.{12,})[:：,，;；]/s.exec(first.slice(0, Math.max(differs, 0)))?.[1];
}

function groupBy<Item>(items: Item[], name: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(name(item), [...(groups.get(name(item)) ?? []), item]);
  return groups;
}
