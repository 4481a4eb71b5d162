// What is saved of a file, made on this machine: all of its columns beside the answers.
import type { Manifest } from "../manifest";
import { ID, type Use } from "./columns";
import { type Line, listCells, nameField, nameLast, speak } from "./lines";
import { MAIN, nameColumn, pack, writeText, XLSX } from "./pack";
import { listData, listNames, type Table } from "./table";
import { quote } from "./text";

export interface Results {
  model: Manifest;
  table: Table;
  uses: Use[];
  lines: Line[];
}

type Value = string | number;
type Grid = Value[][];

// what spreadsheets begin to calculate at, in a text that is no number
const FORMULA = /^\s*[=+\-@＝＋－＠]/;
const NUMBER = /^\s*[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Every row as it came, with its line and its answer: CSV that Excel opens as it wrote the file. */
export function writeCsv(results: Results): Blob {
  const { table, lines } = results;
  const { separator, decimal } = findDialect(results);
  const found = new Map(lines.map((line) => [line.line, line]));
  const names = listNames(table);
  const own = nameOwn(results, names);
  const rows = listData(table).map(({ line, cells }) => [
    ...names.map((_, i) => cells[i] ?? ""),
    ...writeOwn(results, line, found.get(line)),
  ]);
  const write = (value: Value) => {
    if (typeof value === "number") return quote(String(value).replace(".", decimal), separator);
    return quote(FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value, separator);
  };
  const text = [[...names, ...own], ...rows].map((row) => row.map(write).join(separator));
  return new Blob([`\ufeff${text.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" });
}

/** As the file came; what came with tabs, which Excel does not split, as its decimals say. */
export function findDialect({ table, uses }: Pick<Results, "table" | "uses">) {
  const numbers = uses.flatMap(({ unit }, i) => (unit ? i : []));
  const cells = listData(table).flatMap((row) => numbers.map((i) => row.cells[i] ?? ""));
  const count = (pattern: RegExp) => cells.filter((cell) => pattern.test(cell)).length;
  const [commas, points] = [count(/^\s*[<>]?\s*\d*,\d/), count(/^\s*[<>]?\s*\d*\.\d/)];
  const isSemicolon = table.separator === ";";
  const isComma = isSemicolon ? commas >= points : table.separator === "\t" && commas > points;
  const decimal = isComma ? "," : ".";
  if (table.separator !== "\t") return { separator: table.separator, decimal };
  return { separator: isComma ? ";" : ",", decimal };
}

/** What the columns of the answers are called; none as a column of the file. */
const nameOwn = ({ lines }: Results, taken: string[]) =>
  ["line", "status", ...listCells(lines), "warnings", "reason", "model"].map((name) =>
    taken.includes(name) ? `result_${name}` : name,
  );

function writeOwn({ model, lines }: Results, line: number, found: Line | undefined): Value[] {
  const columns = listCells(lines);
  if (!found) return [line, ...Array(columns.length + 4).fill("")];
  const say = (some: Line["problems"]) => some.map((one) => speak(model, one)).join("; ");
  return [
    line,
    found.status,
    ...columns.map((name) => found.cells[name] ?? ""),
    say(found.warnings),
    say(found.problems),
    `${model.id} ${model.version}`,
  ];
}

/** A workbook of what was given, what was answered and what was wrong. */
export function writeXlsx(results: Results): Blob {
  const sheets = new Map([
    ["inputs", writeSheet(listInputs(results))],
    ["results", writeSheet(listResults(results))],
    ["problems", writeSheet(listProblems(results))],
  ]);
  return new Blob([pack(sheets, STYLES)], { type: XLSX });
}

function listInputs({ table, uses }: Results): Grid {
  const names = listNames(table);
  const { decimal } = findDialect({ table, uses });
  const rows = listData(table).map(({ line, cells }) => [
    line,
    ...names.map((_, i) => readNumber(cells[i] ?? "", uses[i]?.unit !== "", decimal)),
  ]);
  return [["line", ...names], ...rows];
}

/** A cell of a column of numbers as one, where it can be nothing else. */
function readNumber(cell: string, isNumber: boolean, decimal: string): Value {
  const plain = cell.trim().replace(decimal, ".");
  return isNumber && /^-?\d+(?:\.\d+)?$/.test(plain) ? Number(plain) : cell;
}

function listResults(results: Results): Grid {
  const rows = results.lines.map((line) => {
    const [number = "", ...own] = writeOwn(results, line.line, line);
    return [number, line.id, ...own];
  });
  const [line = "", ...own] = nameOwn(results, []);
  return [[line, ID, ...own], ...rows];
}

/** A row per problem, with the value that caused it. */
function listProblems({ model, table, uses, lines }: Results): Grid {
  const rows = new Map(table.rows.map((row) => [row.line, row.cells]));
  const listed = lines.flatMap(({ id, status, problems }) =>
    problems.map((problem) => {
      const field = problem.field && nameLast(problem.field);
      const at = uses.findIndex(({ name }) => name !== "" && name === field);
      const value = at < 0 ? "" : (rows.get(problem.line)?.[at] ?? "");
      const said = speak(model, { ...problem, field: null });
      return [problem.line, id, status, field ? nameField(model, field) : "", value, said];
    }),
  );
  return [["line", ID, "status", "column", "value", "problem"], ...listed];
}

/** A grid as the rows of a sheet, its first row bold and in sight; texts stay texts. */
function writeSheet(grid: Grid): string {
  const rows = grid.map((row, y) => {
    const cells = row.map((value, x) => {
      const place = `${nameColumn(x)}${y + 1}`;
      if (value === "") return "";
      if (typeof value === "number") return `<c r="${place}"><v>${value}</v></c>`;
      return writeText(place, value, y ? 0 : 1);
    });
    return `<row r="${y + 1}">${cells.join("")}</row>`;
  });
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  const view = `<sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews>`;
  return `${view}<sheetData>${rows.join("")}</sheetData>`;
}

const STYLES = `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>`;

/** Offered as a file, by a name that says nothing of anybody. */
export function offer(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The header that the model's service reads, with units, for the spreadsheet at hand. */
export function writeTemplate(names: string[]): Blob {
  const isComma = new Intl.NumberFormat(navigator.language).format(0.5).includes(",");
  const separator = isComma ? ";" : ",";
  const header = names.map((name) => quote(name, separator)).join(separator);
  return new Blob([`\ufeff${header}\r\n`], { type: "text/csv;charset=utf-8" });
}
