// Cuts columns out of a table of text by their positions, before it leaves this machine. Of what a
// cell means nothing is known here: which columns are needed is for the service to say.

const QUOTE = '"';
const SEP = /^"?sep=.?"?\r?$/i;
const LONGEST = 131_072; // of a record over several lines, as the service reads them
const CHUNK = 32_768;

/** A table of text, each character of which is a byte, or in UTF-16 what it is. */
export interface Table {
  /** Whether it is UTF-16. */
  wide: boolean;
  end: "\n" | "\r";
  /** What stands before the header: empty lines, and one that names the separator. */
  before: string[];
  lines: string[];
}

/** The table that a file holds; nothing of a workbook, which is no text. */
export function openTable(bytes: Uint8Array): Table | undefined {
  const [first, second] = bytes;
  if (first === 0x50 && second === 0x4b) return undefined;
  const little = first === 0xff && second === 0xfe;
  const wide = little || (first === 0xfe && second === 0xff);
  const text = wide
    ? new TextDecoder(little ? "utf-16le" : "utf-16be").decode(bytes)
    : openBytes(bytes);
  const end = text.includes("\r") && !text.includes("\n") ? "\r" : "\n";
  const lines = text.split(end);
  const header = lines.findIndex((line) => line.trim() && !SEP.test(line));
  return { wide, end, before: lines.slice(0, header), lines: lines.slice(header) };
}

/** The part of a table that names its columns, as a file. */
export function takeHeader(table: Table): Uint8Array<ArrayBuffer> {
  const { used } = readRecord(table.lines, 0, "\0");
  return write(table, [...table.before, ...table.lines.slice(0, used), ""]);
}

/** What the columns are called, for a person to read. */
export function nameColumns(table: Table, separator: string): string[] {
  return readRecord(table.lines, 0, separator).cells.map((cell) => {
    const text = table.wide ? cell : new TextDecoder().decode(closeBytes(cell));
    return text
      .trim()
      .replace(/^"(.*)"$/s, "$1")
      .replaceAll('""', QUOTE)
      .trim();
  });
}

/** The table without the columns at these positions, from 0, as a file. */
export function cutColumns(
  table: Table,
  separator: string,
  unwanted: Set<number>,
): Uint8Array<ArrayBuffer> {
  const { before, lines } = table;
  const header = readRecord(lines, 0, separator);
  const width = header.cells.length;
  const named = header.cells.findLastIndex((cell) => cell.trim()) + 1; // the others are padding
  const keep = (cells: string[]) => cells.filter((_, i) => !unwanted.has(i)).join(separator);
  const kept = [keep(header.cells)];
  for (let at = header.used; at < lines.length; ) {
    const { cells, used, broken } = readRecord(lines, at, separator, width);
    if (!lines[at]?.trim()) kept.push("");
    else if (broken)
      kept.push(`${QUOTE}?`); // refused as it would have been
    else if (cells.length === width || cells.length === named) kept.push(keep(cells));
    else
      kept.push(
        Array(leave(cells.length, unwanted.size, width))
          .fill("?")
          .join(separator),
      );
    at += used;
  }
  const told = before.some((line) => SEP.test(line)) ? before : [`sep=${separator}`];
  return write(table, [...told, ...kept]);
}

/** How many cells are left of a row of another width, whose positions mean nothing. */
const leave = (cells: number, cut: number, width: number) =>
  cells > cut ? cells - cut : width - cut + 1;

interface Found {
  cells: string[];
  /** How many lines it takes. */
  used: number;
  broken?: boolean;
}

/** The record that begins at a line; one whose quotes do not close is this line alone. */
function readRecord(lines: string[], at: number, separator: string, width?: number): Found {
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
  return { cells: [lines[at] ?? ""], used: 1, broken: true };
}

/** The cells of a text with their quotes, or why there are none: RFC 4180. */
function splitCells(text: string, separator: string): string[] | "open" | "bad" {
  if (!text.includes(QUOTE)) return text.split(separator);
  const cells: string[] = [];
  for (let start = 0; ; ) {
    const end = text[start] === QUOTE ? closeQuote(text, start) : start;
    if (end < 0) return "open";
    const found = text.indexOf(separator, end);
    const next = found < 0 ? text.length : found;
    if (separator !== "\0" && end > start && text.slice(end, next).trim()) return "bad";
    cells.push(text.slice(start, next));
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

function write({ wide, end }: Table, lines: string[]): Uint8Array<ArrayBuffer> {
  const text = lines.join(end);
  if (!wide) return closeBytes(text);
  const marked = `\ufeff${text}`;
  const codes = Uint16Array.from({ length: marked.length }, (_, i) => marked.charCodeAt(i));
  return new Uint8Array(codes.buffer);
}

function openBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return text;
}

const closeBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
