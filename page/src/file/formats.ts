// What a file is by its first bytes, where that is no table: as functions/medmaas/table/formats.py.
import type { Fact } from "../facts";
import { Unreadable } from "./table";

const say = (code: string): Fact => ({ code, limits: {} });

const BEGINNINGS: [string, string][] = [
  ["\xd0\xcf\x11\xe0", "format_xls"],
  ["\x09\x08\x10\x00", "format_xls"],
  ["\x1f\x8b", "format_gzip"],
  ["%PDF", "format_pdf"],
  ["PAR1", "format_parquet"],
  ["$FL2", "format_spss"],
  ["$FL3", "format_spss"],
  ["<stata_dta>", "format_stata"],
  ["{\\rtf", "format_rtf"],
  ["BZh", "format_archive"],
  ["\xfd7zXZ\x00", "format_archive"],
  ["7z\xbc\xaf", "format_archive"],
  ["Rar!", "format_archive"],
  ["\x28\xb5\x2f\xfd", "format_archive"],
  ["\x89PNG", "format_picture"],
  ["\xff\xd8\xff", "format_picture"],
  ["GIF8", "format_picture"],
  ["II*\x00", "format_picture"],
  ["MM\x00*", "format_picture"],
  ["SQLite format 3\x00", "format_database"],
];

export const isZip = ([a, b]: Uint8Array) => a === 0x50 && b === 0x4b;

/** Refuse what is no table by what it is. */
export function refuseOthers(bytes: Uint8Array, name: string) {
  const head = String.fromCharCode(...bytes.subarray(0, 512));
  if (!head) throw new Unreadable(say("file_empty"));
  const other = BEGINNINGS.find(([beginning]) => head.startsWith(beginning))?.[1];
  if (other) throw new Unreadable({ code: "file_is_of_format", limits: { format: say(other) } });
  if (/\.xlsx$/i.test(name) && !isZip(bytes)) throw new Unreadable(say("sheet_damaged"));
}

/** Refuse what is text, and yet no table. */
export function refuseMarkup(text: string) {
  const format = /^\s*<[!?/A-Za-z]/.test(text)
    ? "format_html"
    : /^\s*(?:\{\s*"|\[\s*[[{"])/.test(text) && "format_json";
  if (format) throw new Unreadable({ code: "file_is_of_format", limits: { format: say(format) } });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text holds none of them
  if (/[\x00-\x08\x0e-\x1a]/.test(text.slice(0, 4096))) throw new Unreadable("binary");
}
