// Which column of a file is which of the model's: by its name, by what else people call it, or almost.
import common from "../../locales/columns.json";
import { listConfusable } from "../ask/usual";
import { findInput } from "../kinds";
import type { Feature, Manifest } from "../manifest";
import type { Units } from "../service";
import { showUnit } from "../units";
import { UNITS } from "./synonyms";
import type { Sent } from "./table";

export const ID = "id";

/** A column that the model takes. */
export interface Column {
  name: string;
  required: boolean;
  /** Whether it holds numbers. */
  isNumber: boolean;
  /** The units that it may be in, the model's own first. */
  units: string[];
  /** Whether people report it in more units than one, so that none may be assumed. */
  isUnclear: boolean;
  /** What it may be called, folded. */
  names: string[];
}

/** What a column of a file is taken for. */
export interface Use {
  /** A column of the model; nothing for one that is not used. */
  name: string;
  /** The unit of its numbers; nothing while nobody has said it. */
  unit: string;
  /** Whether it is called only almost so. */
  almost?: boolean;
}

/** What columns are commonly called, by a name or a LOINC code; a date is no day, a name no id. */
const COMMON = Object.entries<string[]>(common).filter(
  ([key]) => key !== "time" && key !== "person",
);
const UNUSED: Use = { name: "", unit: "" };
const SIMILAR = 0.75;
const SHORTEST = 4;

/** All that the model takes, and the id. */
export function listColumns(model: Manifest, units: Units): Column[] {
  const { file, listFeatures } = findInput(model);
  if ("refuse" in file) return [];
  const features = listFeatures(model);
  const id = { name: ID, required: file.byId === true, isNumber: false, units: [] };
  return [
    { ...id, isUnclear: false, names: listCalled(model, ID) },
    ...file.list(model).map((name) => {
      const feature = features.find((one) => one.name === name);
      return { ...describe(name, feature, units), names: listCalled(model, name, feature) };
    }),
  ];
}

function describe(name: string, feature: Feature | undefined, units: Units) {
  const required = !feature?.missing;
  if (feature?.type !== "number") {
    return { name, required, isNumber: false, units: [], isUnclear: false };
  }
  const own = feature.unit;
  const offered = units[name] ?? [];
  const others = offered.map(({ unit }) => unit).filter((unit) => unit !== own);
  const isUnclear = listConfusable(feature, offered).length > 0;
  return { name, required, isNumber: true, units: [own, ...others], isUnclear };
}

/** A column by its name, its translations, what its training data called it, and common names. */
function listCalled(model: Manifest, name: string, feature?: Feature): string[] {
  const own = [name, feature?.description ?? "", ...(feature?.loinc ?? [])];
  if (feature && "header" in feature) own.push(String(feature.header ?? ""));
  const words = Object.values(model.translations ?? {}).flatMap((told) =>
    own.map((one) => told[one]),
  );
  const folded = [...own, ...words].flatMap((one) => (one && fold(one)) || []);
  const keys = [name, ...(feature?.loinc ?? [])];
  const others = COMMON.filter(
    ([key, group]) => keys.includes(key) || group.some((one) => folded[0] === fold(one)),
  ).flatMap(([, group]) => group);
  return [...new Set([...folded, ...others.map(fold)])];
}

/** A name without what people write now so, now otherwise. */
const fold = (name: string) =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/[^\p{L}\p{N}]+/gu, "");

/** A unit likewise: what stays says which it is. */
const foldUnit = (unit: string) =>
  unit
    .normalize("NFKC")
    .replaceAll("μ", "u")
    .toLowerCase()
    .replace(/[\s*^×()[\]]|^x(?=10)/g, "");

/** Which of a column's units a text names. */
const findUnit = ({ units }: Column, text: string) =>
  units.find((unit) =>
    [unit, showUnit(unit), ...(UNITS[unit] ?? [])].some((one) => foldUnit(one) === foldUnit(text)),
  );

const BRACKETS = /^(.*?)\s*(?:\(([^()]*)\)|\[([^\]]*)\]|（([^（）]*)）)\s*$/s;

/** The name of a header, and the unit behind it. */
function takeApart(cell: string): { name: string; stated: string | undefined } {
  const [, name = cell, ...brackets] = BRACKETS.exec(cell) ?? [];
  return { name, stated: brackets.find((one) => one !== undefined) };
}

/** What a header is surely called, and its unit. */
function findCalled(cell: string, columns: Column[]): (Use & { rank: number }) | undefined {
  if (!cell.trim()) return undefined;
  const { name, stated } = takeApart(cell);
  for (const column of columns) {
    if (column.name === cell.trim()) return { ...UNUSED, ...use(column), rank: 3 };
  }
  for (const column of columns) {
    if (column.names.includes(fold(cell))) return { ...use(column), rank: 2 };
    if (column.names.includes(fold(name))) return { ...use(column, stated), rank: 2 };
  }
  for (const column of columns) {
    const unit = column.isNumber ? findTrailing(cell, column) : undefined;
    if (unit) return { ...use(column, unit), rank: 2 };
    const parts = (text: string) =>
      text
        .toLowerCase()
        .split(/[\s_.-]+/)
        .sort()
        .join(" ");
    if (parts(column.name) === parts(cell.trim())) return { ...use(column), rank: 1 };
  }
  return undefined;
}

/** The unit that stands behind a name without brackets, as in creatinine_mg_dl. */
function findTrailing(cell: string, column: Column): string | undefined {
  const bare = (unit: string) => fold(foldUnit(unit));
  const text = fold(cell.replaceAll("µ", "u").replaceAll("μ", "u"));
  return column.units.find((unit) =>
    column.names.some((name) => unit !== "1" && text === name + bare(unit)),
  );
}

/** A column as it is used, in the unit that is stated; without one in the model's, where that is sure. */
function use(column: Column, stated?: string): Use {
  const { name, isNumber, units, isUnclear } = column;
  if (!isNumber) return { name, unit: "" };
  const own = units[0] ?? "";
  if (stated !== undefined) return { name, unit: findUnit(column, stated) ?? "" };
  return { name, unit: isUnclear ? "" : own };
}

/** How many columns a row seems to name. */
export const countNamed = (columns: Column[]) => (cells: string[]) =>
  new Set(cells.flatMap((cell) => findCalled(cell, columns)?.name ?? [])).size;

/** What each column of a file is; two that are called the same are neither, for nobody knows which. */
export function matchColumns(names: string[], columns: Column[]): Use[] {
  if (columns.length === 2 && names.every((name) => !name)) {
    return names.map((_, i) => (i || !columns[1] ? UNUSED : use(columns[1])));
  }
  const found = names.map((name) => findCalled(name, columns));
  const best = (name: string) =>
    Math.max(0, ...found.map((one) => (one?.name === name ? one.rank : 0)));
  const sure = found.map((one) => (one && one.rank === best(one.name) ? one : undefined));
  const uses = sure.map((one) => {
    if (!one || sure.filter((other) => other?.name === one.name).length > 1) return UNUSED;
    return { name: one.name, unit: one.unit };
  });
  const free = columns.filter(
    ({ name }) => name !== ID && !found.some((one) => one?.name === name),
  );
  const unknown = names.map((name, i) => (found[i] ? "" : name));
  return uses.map((one, i) => (unknown[i] ? findSimilar(unknown, i, free) : one));
}

/** The one column that is called almost as a header, where no other header is called so. */
function findSimilar(names: string[], at: number, free: Column[]): Use {
  const like = (cell: string) =>
    free.filter(({ names }) => names.some((name) => isSimilar(name, fold(takeApart(cell).name))));
  const [column, ...others] = like(names[at] ?? "");
  const rivals = names.filter((name) => column && like(name).includes(column));
  if (!column || others.length || rivals.length > 1) return UNUSED;
  return { ...use(column, takeApart(names[at] ?? "").stated), almost: true };
}

function isSimilar(one: string, other: string): boolean {
  const longest = Math.max(one.length, other.length);
  if (Math.min(one.length, other.length) < SHORTEST) return false;
  if (one.replace(/\D/g, "") !== other.replace(/\D/g, "")) return false; // crp1 is not crp2
  return 1 - measure(one, other) / longest >= SIMILAR;
}

/** How many letters are put in, left out or changed: Levenshtein. */
function measure(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/** Take a column for another; what was taken for that before is not used then. */
export function changeUse(uses: Use[], at: number, column: Column | undefined): Use[] {
  return uses.map((one, i) => {
    if (i === at) return column ? use(column) : UNUSED;
    return column && one.name === column.name ? UNUSED : one;
  });
}

/** Say the unit of a column, and with it of all whose unit nobody has said and that may be in it. */
export function changeUnit(uses: Use[], at: number, unit: string, columns: Column[]): Use[] {
  const may = ({ name }: Use) =>
    columns.some((column) => column.name === name && column.units.includes(unit));
  return uses.map((one, i) => (i === at || (!one.unit && may(one)) ? { ...one, unit } : one));
}

/** What is missing before a file can be answered. */
export function listLacking(uses: Use[], columns: Column[]) {
  const find = (name: string) => uses.find((one) => one.name === name);
  return {
    columns: columns.filter(({ name, required }) => required && !find(name)),
    units: columns.filter(({ name, isNumber }) => isNumber && find(name)?.unit === ""),
  };
}

/** What is sent: the columns of the model, and an id only where it holds rows together. */
export function listSent(uses: Use[], columns: Column[]): Sent[] {
  return uses.flatMap(({ name, unit }, position) => {
    const column = columns.find((one) => one.name === name);
    if (!column || (name === ID && !column.required)) return [];
    const sent = { position, name, isId: name === ID };
    return unit && unit !== column.units[0] ? { ...sent, unit } : sent;
  });
}

/** Columns that nothing was taken for, because two are called so. */
export const listTwice = (names: string[], columns: Column[], uses: Use[]) =>
  columns.filter(
    ({ name }) =>
      !uses.some((use) => use.name === name) &&
      names.filter((cell) => findCalled(cell, columns)?.name === name).length > 1,
  );
