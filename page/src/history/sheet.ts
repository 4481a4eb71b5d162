// A pasted text as lines of cells, however they are kept apart.

const QUOTE = '"';
const WIDE_BLANK = / {2,}| *\| */;

/** The lines of a table, all of one width; empty lines and empty columns at its end are left out. */
export function openSheet(text: string): string[][] {
  const plain = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const lines = splitLines(plain).map((line) => line.map((cell) => cell.trim()));
  const filled = lines.filter((line) => line.some(Boolean));
  const width = Math.max(0, ...filled.map((line) => line.findLastIndex(Boolean) + 1));
  return filled.map((line) => Array.from({ length: width }, (_, i) => line[i] ?? ""));
}

/** Whether a pasted text is more than the value of one cell. */
export const isTable = (text: string) => /[\t\n\r]/.test(text.trim()) || openSheet(text).length > 1;

function splitLines(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.trim());
  if (text.includes("\t")) return splitQuoted(text, "\t");
  if (lines.filter((line) => line.includes(";")).length > lines.length / 2)
    return splitQuoted(text, ";");
  if (isSeparatedByCommas(lines)) return splitQuoted(text, ",");
  const framed = lines.filter((line) => !/^[\s|:+-]+$/.test(line)); // drawn with bars and dashes
  const wide = framed.map((line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .trim()
      .split(WIDE_BLANK),
  );
  if (wide.some((line) => line.length > 1)) return wide;
  const narrow = lines.map((line) => line.trim().split(/\s+/));
  const [first] = narrow;
  return first && narrow.length > 1 && narrow.every((line) => line.length === first.length)
    ? narrow
    : lines.map((line) => [line]);
}

/** One column of decimal commas is no table of two. */
function isSeparatedByCommas(lines: string[]): boolean {
  const widths = lines.map((line) => (splitQuoted(line, ",")[0] ?? []).length);
  const isOneColumn = lines.every((line) => /^[<>]?\s*-?\d+,\d+$/.test(line.trim()));
  const most = Math.max(...widths);
  return !isOneColumn && most > 1 && widths.filter((one) => one === most).length > lines.length / 2;
}

/** Cells that may be in quotes, and then hold the separator and ends of lines: RFC 4180. */
function splitQuoted(text: string, separator: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (inside && sign === QUOTE && text[at + 1] === QUOTE) {
      cell += QUOTE;
      at++;
    } else if (sign === QUOTE && (inside || !cell)) inside = !inside;
    else if (inside && sign === "\n") cell += " ";
    else if (!inside && (sign === separator || sign === "\n")) {
      line.push(cell);
      cell = "";
      if (sign === "\n") {
        lines.push(line);
        line = [];
      }
    } else cell += sign;
  }
  return [...lines, [...line, cell]];
}
