// Workbooks, unpacked here: to be shown, and to be packed again without the columns that are not
// used. What a cell means is left for the service to say, which reads the same cells.
import { strFromU8, unzipSync } from "fflate";
import type { Fact } from "../facts";
import { MAIN, mask, nameColumn, pack, RELATIONS, writeText, XLSX } from "./pack";
import {
  type Choice,
  findHeader,
  hideIds,
  type Known,
  type Row,
  rewriteCell,
  type Sent,
  type Table,
  Unreadable,
} from "./table";

const MOST_UNPACKED = 100_000_000;
const PART = /^(?:xl\/(?:workbook|styles|sharedStrings)\.xml|xl\/_rels\/.*|xl\/worksheets\/[^/]*)$/;

type Parts = Record<string, string>;

/** A cell as it stands in a sheet. */
interface Cell {
  element: Element;
  column: number;
  text: string;
  /** Whether it is a number that is shown as it is stored. */
  isPlain: boolean;
}

interface Line {
  row: Element;
  line: number;
  cells: Cell[];
}

export function openWorkbook(bytes: Uint8Array, known: Known, { sheet, header }: Choice): Table {
  const parts = unpack(bytes);
  const styles = readStyles(parts);
  const shared = readShared(parts);
  const sheets = listSheets(parts)
    .map((one) => ({ ...one, lines: readLines(one.path, parts, shared, styles) }))
    .filter(({ lines }) => lines.length);
  const score = ({ lines }: { lines: Line[] }) => {
    const rows = lines.slice(0, 30).map(toRow);
    return Math.max(0, ...rows.map(({ cells }) => known.count(cells)));
  };
  const best = sheets.map(score).reduce((top, one, i, all) => (one > (all[top] ?? 0) ? i : top), 0);
  const position = sheet ?? best;
  const chosen = sheets[position];
  if (!chosen) throw new Unreadable({ code: "file_empty", limits: {} });
  const rows = chosen.lines.map(toRow);
  const first = header ?? findHeader(rows, known);
  return {
    rows,
    header: first,
    separator: "\t",
    sheets: sheets.map(({ name }) => name),
    sheet: position,
    type: XLSX,
    write: (columns) => writeParts(parts, chosen.lines, first, columns),
  };
}

const damaged = () => new Unreadable({ code: "sheet_damaged", limits: {} });

/** The parts that values and looks are made of. */
function unpack(bytes: Uint8Array): Parts {
  let size = 0;
  const names: string[] = [];
  let files: Record<string, Uint8Array> = {};
  try {
    files = unzipSync(bytes, {
      filter({ name, originalSize }) {
        names.push(name);
        if (!PART.test(name)) return false;
        size += originalSize;
        if (size > MOST_UNPACKED) throw new Error();
        return true;
      },
    });
  } catch {
    throw damaged();
  }
  if (!files["xl/workbook.xml"]) throw new Unreadable(nameOther(names));
  return Object.fromEntries(Object.entries(files).map(([name, data]) => [name, strFromU8(data)]));
}

/** What an archive is that is no workbook. */
function nameOther(names: string[]): Fact {
  const code =
    [
      ["xl/workbook.bin", "format_xlsb"],
      ["word/", "format_docx"],
      ["content.xml", "format_ods"],
    ].find(([part = ""]) => names.some((name) => name.startsWith(part)))?.[1] ?? "format_zip";
  return { code: "file_is_of_format", limits: { format: { code, limits: {} } } };
}

function parse(text: string | undefined): Document {
  const document = new DOMParser().parseFromString(text ?? "", "application/xml");
  if (document.querySelector("parsererror") || document.doctype) throw damaged();
  return document;
}

const list = (of: Document | Element, name: string) => [...of.getElementsByTagNameNS("*", name)];

/** The visible sheets and their files. */
function listSheets(parts: Parts) {
  const targets = list(parse(parts["xl/_rels/workbook.xml.rels"]), "Relationship").map((one) => ({
    id: one.getAttribute("Id"),
    path: one.getAttribute("Target")?.replace(/^\/?(?:xl\/)?/, "xl/") ?? "",
  }));
  return list(parse(parts["xl/workbook.xml"]), "sheet")
    .filter((one) => (one.getAttribute("state") ?? "visible") === "visible")
    .flatMap((one) => {
      const id = one.getAttributeNS(RELATIONS, "id") ?? one.getAttribute("r:id");
      const path = targets.find((target) => target.id === id)?.path;
      return path && parts[path] ? [{ name: one.getAttribute("name") ?? "", path }] : [];
    });
}

const readShared = (parts: Parts) =>
  parts["xl/sharedStrings.xml"] ? list(parse(parts["xl/sharedStrings.xml"]), "si").map(join) : [];

/** The text of an item, without how it is read aloud. */
const join = (item: Element) =>
  list(item, "t")
    .filter((one) => one.parentElement?.localName !== "rPh")
    .map((one) => one.textContent)
    .join("");

type Style = "plain" | "date" | "other";

/** How numbers of each style are shown. */
function readStyles(parts: Parts): Style[] {
  if (!parts["xl/styles.xml"]) return [];
  const document = parse(parts["xl/styles.xml"]);
  const codes = new Map(
    list(document, "numFmt").map((one) => [
      Number(one.getAttribute("numFmtId")),
      one.getAttribute("formatCode") ?? "",
    ]),
  );
  const styles = list(document, "cellXfs")[0];
  return (styles ? list(styles, "xf") : []).map((one) => {
    const id = Number(one.getAttribute("numFmtId"));
    const code = codes.get(id);
    if (code !== undefined) return judgeFormat(code);
    if ((id >= 14 && id <= 22) || (id >= 45 && id <= 47)) return "date";
    return id <= 4 || id === 49 ? "plain" : "other";
  });
}

function judgeFormat(code: string): Style {
  const bare = code.split(";", 1)[0]?.replace(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, "") ?? "";
  if (/[dmyhs]/i.test(bare) && !/general/i.test(bare)) return "date";
  const isPlain = /^(?:general|@|[#0?,. +()-]*)$/i.test(bare) && !/[#0?],+(?![#0?,])/.test(bare);
  return isPlain && !/"[^"]*\p{L}/u.test(code) ? "plain" : "other";
}

function readLines(path: string, parts: Parts, shared: string[], styles: Style[]): Line[] {
  const lines: Line[] = [];
  let line = 0;
  for (const row of list(parse(parts[path]), "row")) {
    line = Number(row.getAttribute("r") ?? line + 1);
    let column = -1;
    const cells = list(row, "c").map((element) => {
      const letters = /^[A-Z]+/.exec(element.getAttribute("r") ?? "")?.[0];
      column = letters ? countLetters(letters) : column + 1;
      return { element, column, ...readCell(element, shared, styles) };
    });
    if (cells.some(({ text }) => text.trim())) lines.push({ row, line, cells });
  }
  return lines;
}

const countLetters = (letters: string) =>
  [...letters].reduce((sum, one) => 26 * sum + one.charCodeAt(0) - 64, 0) - 1;

/** What a cell shows, as far as a preview needs it. */
function readCell(element: Element, shared: string[], styles: Style[]) {
  const held = list(element, "v")[0]?.textContent ?? "";
  switch (element.getAttribute("t") ?? "n") {
    case "s":
      return { text: shared[Number(held)] ?? "", isPlain: false };
    case "inlineStr":
      return { text: join(element), isPlain: false };
    case "b":
      return { text: held === "1" ? "true" : "false", isPlain: false };
    case "n":
      break;
    default:
      return { text: held, isPlain: false };
  }
  if (!held) return { text: list(element, "f").length ? "=?" : "", isPlain: false };
  const style = styles[Number(element.getAttribute("s") ?? 0)] ?? "plain";
  const number = Number(held);
  const text = style === "date" ? writeDate(number) : String(number);
  return { text, isPlain: style === "plain" };
}

/** A day as Excel counts it. */
function writeDate(days: number): string {
  const date = new Date(Math.round((days - 25_569) * 86_400_000));
  if (Number.isNaN(date.getTime())) return String(days);
  return date.toISOString().replace("T00:00:00.000Z", "").replace(".000Z", "");
}

function toRow({ line, cells }: Line): Row {
  const texts: string[] = [];
  for (const { column, text } of cells) texts[column] = text;
  return { line, cells: Array.from(texts, (text) => text ?? "") };
}

/** The rows below the header as a workbook of their own, of the columns that are sent alone. */
function writeParts(parts: Parts, lines: Line[], header: number, columns: Sent[]) {
  const standIn = columns.find(({ isId }) => !isId)?.position ?? 0;
  const hide = hideIds();
  const data = lines.slice(header + 1);
  const rows = data.map(({ cells, line }) => {
    const kept = columns
      .map((sent) => ({ sent, cell: cells.find(({ column }) => column === sent.position) }))
      .sort((one, other) => one.sent.position - other.sent.position);
    const written = kept.map(({ sent, cell }) => (cell ? writeCell(cell, line, sent, hide) : ""));
    const isBlank = !kept.some(({ cell }) => cell?.text.trim());
    return `<row r="${line}">${isBlank ? writeText(`${nameColumn(standIn)}${line}`, "?") : written.join("")}</row>`;
  });
  const sorted = [...columns].sort((one, other) => one.position - other.position);
  // a row for the header: that above the first row of data
  const top = Math.max((data[0]?.line ?? 2) - 1, 1);
  const shift = data[0]?.line === 1 ? 1 : 0; // there was none
  const names = sorted.map(({ position, name }) =>
    writeText(`${nameColumn(position)}${top}`, name),
  );
  const body = shift ? rows.map(moveDown) : rows;
  const merged = shift ? "" : keepMerged(lines, data[0]?.line ?? 1);
  const content = `<sheetData><row r="${top}">${names.join("")}</row>${body.join("")}</sheetData>${merged}`;
  const plain = `<styleSheet xmlns="${MAIN}"><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>`;
  return pack(new Map([["rows", content]]), parts["xl/styles.xml"] ?? plain);
}

const moveDown = (row: string) =>
  row.replace(
    / r="([A-Z]*)(\d+)"/g,
    (_, letters: string, n: string) => ` r="${letters}${Number(n) + 1}"`,
  );

/** Where cells of the rows are merged, which the service refuses to guess about. */
function keepMerged(lines: Line[], first: number): string {
  const document = lines[0]?.row.ownerDocument;
  const ranges = (document ? list(document, "mergeCell") : [])
    .map((one) => one.getAttribute("ref") ?? "")
    .filter((ref) => Number(/\d+/.exec(ref)?.[0] ?? 0) >= first);
  if (!ranges.length) return "";
  return `<mergeCells count="${ranges.length}">${ranges.map((ref) => `<mergeCell ref="${mask(ref)}"/>`).join("")}</mergeCells>`;
}

/** A cell as it is, but for what is hidden of an id and the unit that its column is in. */
function writeCell(cell: Cell, line: number, sent: Sent, hide: (id: string) => string): string {
  const place = `${nameColumn(cell.column)}${line}`;
  const { element, text, isPlain } = cell;
  if (!text) return "";
  if (sent.isId) return writeText(place, hide(text));
  const type = element.getAttribute("t") ?? "n";
  const isText = type === "s" || type === "inlineStr" || type === "str";
  if (isText || (sent.unit && isPlain)) return writeText(place, rewriteCell(text, sent));
  const held = list(element, "v")[0]?.textContent ?? "";
  const formula = list(element, "f").length && !held ? "<f/>" : "";
  const value = held ? `<v>${mask(held)}</v>` : "";
  const style = mask(element.getAttribute("s") ?? "0");
  return `<c r="${place}" s="${style}" t="${mask(type)}">${formula}${value}</c>`;
}
