// A file as it is sent: without the columns that the model does not use, where they can be cut out.
import type { Manifest } from "../manifest";
import { answerFile } from "../service";
import { cutColumns, nameColumns, openTable, takeHeader } from "./cut";

const CSV = "text/csv";
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SEPARATORS: Record<string, string> = { separator_semicolon: ";", separator_tab: "\t" };

export interface Ready {
  content: Uint8Array<ArrayBuffer>;
  type: string;
  /** What the columns are called that were cut out. */
  left: string[];
  /** Whether it is a workbook, of which nothing can be cut out. */
  whole: boolean;
}

/** What is sent of a file; nothing if its first line may be a patient's row. */
export async function prepare(
  model: Manifest,
  columns: string[],
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Ready | undefined> {
  const table = openTable(bytes);
  if (!table) return { content: bytes, type: XLSX, left: [], whole: true };
  const header = takeHeader(table);
  if (!mayNameColumns(header, columns)) return undefined;
  const { notes } = await answerFile(model, header, CSV, []); // the service knows the columns
  const find = (code: string) => notes.find((note) => note.code === code)?.limits;
  const named = find("read_separator")?.separator as { code: string } | undefined;
  const separator = SEPARATORS[named?.code ?? ""] ?? ",";
  const positions = (find("columns_not_used")?.positions ?? []) as number[];
  if (!positions.length) return { content: bytes, type: CSV, left: [], whole: false };
  const names = nameColumns(table, separator);
  const unwanted = new Set(positions.map((position) => position - 1));
  return {
    content: cutColumns(table, separator, unwanted),
    type: CSV,
    left: [...unwanted].map((i) => names[i] || `#${i + 1}`),
    whole: false,
  };
}

/** Whether a line holds a column's name, or no digit, as rows of patients do. */
function mayNameColumns(line: Uint8Array, columns: string[]): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const text = bare(new TextDecoder().decode(line));
  return columns.some((name) => text.includes(bare(name))) || !/\d/.test(text);
}
