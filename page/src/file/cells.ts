// Cells of a CSV become the values of features.
import type { Feature, Instance } from "../manifest";

const BOOLEANS: Record<string, boolean> = { true: true, false: false, "1": true, "0": false };

/** The values of a row; a cell that is empty is left out. */
export function readCells(features: Feature[], cells: Record<string, string>): Instance {
  const read = features.map((feature): [string, unknown] => [
    feature.name,
    readCell(feature, cells[feature.name]?.trim() ?? ""),
  ]);
  return Object.fromEntries(read.filter(([, value]) => value !== ""));
}

function readCell(feature: Feature, text: string): unknown {
  if (feature.type === "boolean") return BOOLEANS[text.toLowerCase()] ?? text;
  if (feature.type === "choice" || text === "") return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
