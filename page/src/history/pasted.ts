// A pasted table before anything of it is believed: its heading, its columns, its lines.
import type { Feature, Manifest } from "../manifest";
import type { Units } from "../service";
import { type Column, isValues, type Names, nameColumns, PERSON, readHeading } from "./columns";
import { readWhen } from "./days";
import { isUnit } from "./headerUnits";
import { openSheet } from "./sheet";

export interface Pasted {
  columns: Column[];
  lines: string[][];
  /** Whether its first line names the columns. */
  headed: boolean;
  /** Whether its days stood side by side. */
  turned: boolean;
  /** What stood above the heading. */
  above: string[];
  /** Lines that are the heading again. */
  again: number[];
}

const FIRST_LINES = 12;

/** A text as a table; columns without a heading are those of the form, from one of them on. */
export function openPasted(
  text: string,
  model: Manifest,
  features: Feature[],
  units: Units,
  from: number,
): Pasted {
  const names = nameColumns(model, features);
  const read = (line: string[]) => line.map((cell) => readHeading(cell, features, names, units));
  const count = (line: string[]) => read(line).filter(({ takes }) => takes).length;
  const sheet = openSheet(text);
  const turned = turn(sheet, count);
  const lines = turned ?? sheet;
  const enough = Math.min(2, Math.max(1, lines[0]?.length ?? 1));
  const found = lines.slice(0, FIRST_LINES).findIndex((line) => count(line) >= enough);
  const at = found < 0 && lines[0] && !isValues(lines[0]) ? 0 : found;
  const heading = at < 0 ? undefined : lines[at];
  const columns = heading
    ? dropTwins(read(heading))
    : (lines[0] ?? []).map((_, i) => ({
        heading: "",
        takes: features[from + i]?.name,
        unit: undefined,
      }));
  const rows = lines.slice(at + 1);
  return {
    columns,
    lines: rows,
    headed: heading !== undefined,
    turned: turned !== undefined,
    above: lines.slice(0, Math.max(0, at)).map((line) => line.filter(Boolean).join(" ")),
    again: listAgain(rows, columns, features, names, units),
  };
}

/** Of two columns of one feature, the first has it for now. */
const dropTwins = (columns: Column[]): Column[] =>
  columns.map((column, i) =>
    column.takes !== PERSON &&
    columns.findIndex(({ takes }) => takes !== undefined && takes === column.takes) < i
      ? { ...column, takes: undefined }
      : column,
  );

const listAgain = (
  rows: string[][],
  columns: Column[],
  features: Feature[],
  names: Names,
  units: Units,
) =>
  [...rows.keys()].filter((i) => {
    const cells = rows[i] ?? [];
    const same = cells.filter((cell, j) => {
      const takes = cell && readHeading(cell, features, names, units).takes;
      return takes && takes === columns[j]?.takes;
    });
    return same.length >= 2;
  });

/** A table whose days stand side by side, with a line per day; undefined if they do not. */
function turn(sheet: string[][], count: (line: string[]) => number): string[][] | undefined {
  const [first = []] = sheet;
  const days = first.slice(1).filter((cell) => readWhen(cell)).length;
  if (days < 2 || count(sheet.slice(1).map(([name = ""]) => name)) < 2) return undefined;
  const lines = first.map((_, j) => sheet.map((line) => line[j] ?? ""));
  const [names = [], ...rest] = lines;
  const stated = rest.find((line) => !readWhen(line[0] ?? "") && line.slice(1).some(isUnit));
  const heading = names.map((name, i) =>
    i === 0 ? "date" : stated?.[i] ? `${name} (${stated[i]})` : name,
  );
  return [heading, ...rest.filter((line) => line !== stated)];
}
