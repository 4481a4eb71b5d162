// Numbers that are typed otherwise than programs write them are read by the service, and only there.
import type { ReadValue } from "../contract";
import type { Feature, Manifest } from "../manifest";
import type { Problem } from "../predictions";
import { readValues, type Units } from "../service";
import { type Cell, isPlain, type Row } from "./draft";
import { findUnit, UNIT_MISSING } from "./field";
import type { System } from "./system";

const COMPARED = /^\s*[<>=≤≥＜＞].*\d\s*$/s;

const isUnread = (feature: Feature, { text, read }: Cell) =>
  feature.type === "number" && text.trim() !== "" && !isPlain(text) && !read;

/** A bound is judged in its unit: where none was typed, in the one that was chosen. */
const writeText = ({ text, unit = "1" }: Cell) =>
  COMPARED.test(text) && unit !== "1" ? `${text} ${unit}` : text;

/** What becomes of a row once its values were read; what is typed by then stays as it is. */
export async function settleRow(
  model: Manifest,
  features: Feature[],
  row: Row,
): Promise<(now: Row) => Row> {
  const unread = features.flatMap((feature) => {
    const cell = row[feature.name];
    return cell && isUnread(feature, cell) ? [[feature.name, cell] as const] : [];
  });
  if (!unread.length) return (now) => now;
  const texts = unread.map(([name, cell]) => [name, writeText(cell)]);
  const told = await readValues(model, Object.fromEntries(texts));
  return (now) => {
    const settled = unread.flatMap(([name, cell]) => {
      const [at, read] = [now[name], told[name]];
      const isSame = at?.text === cell.text && at.unit === cell.unit;
      return at && read && isSame ? [[name, settleCell(at, read)]] : [];
    });
    return settled.length ? { ...now, ...Object.fromEntries(settled) } : now;
  };
}

function settleCell(cell: Cell, told: ReadValue): Cell {
  const read = { ...told, typed: cell.text };
  const { number, comparator } = told;
  const unit = told.unit ?? cell.unit;
  return number === null
    ? { text: cell.text, unit, read }
    : { text: `${comparator ?? ""}${number}`, unit, read };
}

/** What is wrong with a row before it is asked about: what was not read, and numbers of no unit. */
export function checkRow(
  features: Feature[],
  row: Row,
  units: Units,
  system: System | undefined,
): Problem[] {
  return features.flatMap((feature) => {
    const cell = row[feature.name];
    if (!cell?.text.trim() || feature.type !== "number") return [];
    const { read } = cell;
    const of = { instance: 0, field: feature.name };
    if (read?.problem)
      return [{ ...of, problem: read.problem, code: read.code ?? "", limits: read.limits ?? {} }];
    const isMissing = findUnit({ feature, cell, units, system }) === undefined;
    return isMissing ? [{ ...of, problem: "", code: UNIT_MISSING, limits: {} }] : [];
  });
}
