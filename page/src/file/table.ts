// A table as its reader sees it, whatever file it came in, and what of it may travel.
import type { Fact } from "../facts";

/** A row that holds something. */
export interface Row {
  /** What Excel calls it: empty lines count, a line break within a cell does not. */
  line: number;
  cells: string[];
  /** Why nobody can read it. */
  wrong?: Fact;
}

/** A column of what is sent. */
export interface Sent {
  /** Its position in the file, from 0. */
  position: number;
  /** What the model calls it. */
  name: string;
  /** The unit of its numbers, where that is not the model's. */
  unit?: string;
  /** What is sent in the place of words. */
  words?: Map<string, string>;
  /** Whether it says which rows belong together, of which anything but that stays here. */
  isId: boolean;
}

export interface Table {
  /** Titles above the header, the header and the rows below it. */
  rows: Row[];
  /** The header among the rows; -1 if there is none. */
  header: number;
  separator: string;
  /** In which characters a text is written. */
  encoding?: string;
  /** What the sheets of a workbook are called that hold something, and which of them this is. */
  sheets: string[];
  sheet: number;
  /** How it is sent. */
  type: string;
  /** The rows below the header, of these columns alone; a row that cannot be read is a stand-in. */
  write(columns: Sent[]): Uint8Array<ArrayBuffer>;
}

/** What was chosen by hand of how a file is read. */
export interface Choice {
  encoding?: string;
  sheet?: number;
  header?: number;
}

/** What tells a header from other rows. */
export interface Known {
  /** How many columns of the model a row seems to name. */
  count: (cells: string[]) => number;
  /** Whether the model takes one column alone, whose values may stand without a header. */
  isOne: boolean;
}

/** The file cannot be read as a table. */
export class Unreadable extends Error {
  constructor(readonly fact: Fact | "binary") {
    super();
  }
}

const SOUGHT = 30; // rows, among which the header is

export const listData = ({ rows, header }: Pick<Table, "rows" | "header">) =>
  rows.slice(header + 1);

/** What the columns are called; by their numbers if there is no header. */
export function listNames({ rows, header }: Pick<Table, "rows" | "header">): string[] {
  const width = Math.max(0, ...rows.slice(Math.max(header, 0)).map(({ cells }) => cells.length));
  const names = header < 0 ? [] : (rows[header]?.cells ?? []);
  const named = names.findLastIndex((name) => name.trim()) + 1;
  return Array.from({ length: header < 0 ? width : named }, (_, i) => names[i]?.trim() ?? "");
}

/** The row that names most columns; without one the first, unless it holds numbers. */
export function findHeader(rows: Row[], { count, isOne }: Known): number {
  const scores = rows.slice(0, SOUGHT).map(({ cells }) => count(cells));
  const best = Math.max(0, ...scores);
  if (best) return scores.indexOf(best);
  return isOne || rows[0]?.cells.some((cell) => /^\s*[\d.,]+\s*$/.test(cell)) ? -1 : 0;
}

const BARE = /^\s*[<>=≤≥＜＞]*\s*[+-]?[\d.,]+(?:[eE][+-]?\d+)?\s*$/;

/** A cell as it is sent: a number without a unit with that of its column, a word in the model's. */
export const rewriteCell = (cell: string, { unit, words }: Sent) =>
  words?.get(cell.trim()) ?? (unit && BARE.test(cell) ? `${cell.trim()} ${unit}` : cell);

/** Numbers in the place of ids: which rows belong together, and nothing of who they are. */
export function hideIds(): (id: string) => string {
  const numbers = new Map<string, number>();
  return (id) => {
    const bare = id.trim();
    if (!bare) return "";
    const number = numbers.get(bare) ?? numbers.size + 1;
    numbers.set(bare, number);
    return String(number);
  };
}
