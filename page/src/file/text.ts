// Tables of text: their characters, their separator, and their records as RFC 4180 has them.
import { guessEncoding } from "../encoding";
import type { Fact } from "../facts";
import { refuseMarkup } from "./formats";
import {
  type Choice,
  findHeader,
  hideIds,
  type Known,
  listData,
  listNames,
  type Row,
  rewriteCell,
  type Sent,
  type Table,
  Unreadable,
} from "./table";

const QUOTE = '"';
const SEPARATORS = [",", ";", "\t"];
const SEP = /^"?sep=(.?)"?\r?$/i;
const LONGEST = 131_072; // of a record over several lines, as the service reads them
const SOUGHT = 30;

/** In which characters a file may be said to be written. */
export const ENCODINGS = [
  "utf-8", "windows-1252", "windows-1250", "windows-1251", "gb18030", "big5", "shift_jis",
  "utf-16le", "utf-16be",
]; // biome-ignore format: a list

/** Read a table of text. */
export function openText(bytes: Uint8Array, known: Known, choice: Choice): Table {
  const encoding = choice.encoding ?? guessEncoding(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  refuseMarkup(text);
  const old = text.includes("\r") && !text.includes("\n");
  const lines = text.split(old ? "\r" : "\n").map((line) => line.replace(/\r$/, ""));
  const told = SEP.exec(lines.find((line) => line.trim()) ?? "")?.[1];
  if (told !== undefined) lines.splice(0, lines.findIndex((line) => line.trim()) + 1); // as Excel
  if (!lines.some((line) => line.trim())) throw new Unreadable({ code: "file_empty", limits: {} });
  const separator = told || findSeparator(lines, known);
  const first = choice.header ?? findHeader(readRows(lines, separator, SOUGHT), known);
  const rows = checkRows(readRows(lines, separator, undefined, first), first);
  const table = { rows, header: first, separator, encoding, sheets: [], sheet: 0 };
  return { ...table, type: "text/csv", write: (columns) => writeRows(table, columns) };
}

/** What lets a line name most columns; else what is there most often in the first line. */
function findSeparator(lines: string[], known: Known): string {
  const found = SEPARATORS.map((separator) => {
    const rows = readRows(lines, separator, SOUGHT);
    const width = rows[0]?.cells.length ?? 0;
    return { separator, width, best: Math.max(0, ...rows.map(({ cells }) => known.count(cells))) };
  });
  found.sort((one, other) => other.best - one.best || other.width - one.width);
  return found[0]?.separator ?? ",";
}

/** The rows that hold something, with their lines. */
function readRows(lines: string[], separator: string, most = Infinity, header = -1): Row[] {
  const rows: Row[] = [];
  let width: number | undefined;
  for (let at = 0, line = 1; at < lines.length && rows.length < most; line++) {
    const { used, cells, wrong } = readRecord(lines, at, separator, width);
    at += used;
    if (!cells.some((cell) => cell.trim())) continue;
    if (rows.length === header) width = cells.length;
    rows.push(wrong ? { line, cells, wrong } : { line, cells });
  }
  return rows;
}

/** Rows behind the header must have its width, with or without the columns that it does not name. */
function checkRows(rows: Row[], header: number): Row[] {
  const width = rows[Math.max(header, 0)]?.cells.length ?? 0;
  const named = header < 0 ? width : listNames({ rows, header }).length;
  return rows.map((row, i) => {
    const { length } = row.cells;
    if (i <= header || row.wrong || length === width || length === named) return row;
    return { ...row, wrong: { code: "other_width", limits: { columns: length, header: width } } };
  });
}

const NOT_CLOSED: Fact = { code: "quote_not_closed", limits: {} };

/** The record that begins at a line; one whose quotes do not close is this line alone. */
function readRecord(lines: string[], at: number, separator: string, width: number | undefined) {
  let text = lines[at] ?? "";
  for (let used = 1; text.length <= LONGEST; used++) {
    const cells = splitCells(text, separator);
    if (cells === "bad") break;
    if (cells !== "open") {
      if (used > 1 && width !== undefined && cells.length !== width) break;
      return { cells, used };
    }
    const next = lines[at + used];
    if (next === undefined) break;
    text += `\n${next}`;
  }
  return { cells: (lines[at] ?? "").split(separator), used: 1, wrong: NOT_CLOSED };
}

/** The cells of a text, or why there are none. */
function splitCells(text: string, separator: string): string[] | "open" | "bad" {
  if (!text.includes(QUOTE)) return text.split(separator);
  const cells: string[] = [];
  for (let start = 0; ; ) {
    const quoted = text[start] === QUOTE;
    const end = quoted ? closeQuote(text, start) : start;
    if (end < 0) return "open";
    const found = text.indexOf(separator, end);
    const next = found < 0 ? text.length : found;
    if (quoted && text.slice(end, next).trim()) return "bad";
    cells.push(
      quoted ? text.slice(start + 1, end - 1).replaceAll('""', QUOTE) : text.slice(start, next),
    );
    if (found < 0) return cells;
    start = next + 1;
  }
}

/** The position behind the quote that closes the one at a start; -1 if none does. */
function closeQuote(text: string, start: number): number {
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf(QUOTE, at);
    if (at < 0) return -1;
    if (text[at + 1] !== QUOTE) return at + 1;
  }
}

/** A cell as CSV, quoted where it must be. */
export const quote = (cell: string, separator: string) =>
  /["\r\n]/.test(cell) || cell.includes(separator) ? `"${cell.replaceAll(QUOTE, '""')}"` : cell;

function writeRows(table: Pick<Table, "rows" | "header" | "separator">, columns: Sent[]) {
  const { separator } = table;
  const separated = (cells: string[]) =>
    cells.map((cell) => quote(cell, separator)).join(separator);
  const standIn = separated(Array(columns.length + 1).fill("?"));
  const hide = hideIds();
  const lines = listData(table).map(({ cells, wrong }) => {
    const kept = columns.map((sent) => {
      const cell = cells[sent.position] ?? "";
      return sent.isId ? hide(cell) : rewriteCell(cell, sent);
    });
    return wrong || !kept.some((cell) => cell.trim()) ? standIn : separated(kept);
  });
  const header = separated(columns.map(({ name }) => name));
  return new TextEncoder().encode([`sep=${separator}`, header, ...lines, ""].join("\n"));
}
