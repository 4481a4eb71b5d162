// Which column of a pasted table holds which feature, by what its heading says.
import common from "../../locales/columns.json";
import { LANGUAGES } from "../language";
import type { Feature, Manifest } from "../manifest";
import type { Units } from "../service";
import { readWhen } from "./days";
import { findUnit, isUnit, type Offered } from "./headerUnits";
import { plain, readAmount } from "./numbers";

/** A column that says whose row it is. */
export const PERSON = "\u0000person";
/** A column that is not needed. */
export const NOTHING = "\u0000nothing";

export interface Column {
  heading: string;
  /** A feature, PERSON or NOTHING; undefined as long as nobody said. */
  takes: string | undefined;
  /** The unit of its heading; without one, the model's. */
  unit: Offered | undefined;
  /** The unit of its heading as it stands there, where it is not known. */
  strange?: string;
}

const COMMON: Record<string, string[]> = common;
const QUALIFIERS =
  /\b(?:abs|absolute?|absolut(?:zahl|wert)?|count|in blood|im blut|blood|blut|total|gesamt)\b\.?|绝对值|计数/gi;
const SHARE = /%|percent|prozent|百分/i;
const BRACKETS = /^(.*?)\s*[([（【]\s*(.*?)\s*[)\]）】]$/;

const fold = (text: string) =>
  plain(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}#]/gu, "");

/** What columns may be called, folded, and what they then hold. */
export type Names = Map<string, string>;

/** The names, aliases, codes and translations of a manifest first, then what is commonly said. */
export function nameColumns(model: Manifest, features: Feature[]): Names {
  const names: Names = new Map();
  const add = (name: string, feature: string) => {
    const key = fold(name);
    if (key && !names.has(key)) names.set(key, feature);
  };
  for (const feature of features) {
    for (const name of listOwn(model, feature)) add(name, feature.name);
  }
  for (const [i, feature] of features.entries()) {
    for (const name of listCommon(feature, i === 0)) add(name, feature.name);
  }
  for (const name of COMMON.person ?? []) add(name, PERSON);
  return names;
}

function listOwn(model: Manifest, feature: Feature): string[] {
  const words = Object.keys(LANGUAGES).map((language) => model.translations[language] ?? {});
  const names = [feature.name, ...words.map((word) => word[feature.name] ?? "")];
  const told = [feature.description, ...words.map((word) => word[feature.description] ?? "")];
  const short = told.flatMap((text) => [
    text,
    text.split(/[;,.:：；，。]| in | on | given /)[0] ?? "",
  ]);
  return [...names, ...short, ...(feature.loinc ?? [])];
}

function listCommon(feature: Feature, isTime: boolean): string[] {
  const byCode = (feature.loinc ?? []).flatMap((code) => COMMON[code] ?? []);
  const source = "source" in feature ? feature.source : undefined;
  const given =
    source && "names" in source ? [...(source.names ?? []), ...(source.vague ?? [])] : [];
  const isDose = source !== undefined && "full_dose" in source && feature.type === "number";
  return [
    ...(isTime ? (COMMON.time ?? []) : []),
    ...(isDose ? (COMMON.dose ?? []) : []),
    ...byCode,
    ...given,
  ];
}

/** A heading taken apart: the feature that it names, and the unit that it states. */
export function readHeading(text: string, features: Feature[], names: Names, units: Units): Column {
  for (const [name, stated] of listSplits(text)) {
    const takes = names.get(fold(name)) ?? names.get(fold(name.replace(QUALIFIERS, " ")));
    if (!takes) continue;
    const feature = features.find((one) => one.name === takes);
    const unit = feature && stated ? findUnit(feature, stated, units) : undefined;
    const isStrange = feature?.type === "number" && stated !== "" && !unit;
    // a share of the white cells is no count of them
    if (isStrange && SHARE.test(stated)) break;
    return { heading: text, takes, unit, ...(isStrange && { strange: stated }) };
  }
  return { heading: text, takes: undefined, unit: undefined };
}

/** What of a heading may be a name, and what a unit. */
function listSplits(text: string): [name: string, unit: string][] {
  const said = plain(text);
  const share = SHARE.test(said) ? "%" : "";
  const [, name, inside = ""] = BRACKETS.exec(said) ?? [];
  const bracket: [string, string][] =
    name === undefined ? [] : [[name, isUnit(inside) ? inside : share]];
  const words = said.split(/[\s,;:]+/);
  const splits = words
    .map((_, i): [string, string] => [words.slice(0, i).join(" "), words.slice(i).join(" ")])
    .filter(([before, after]) => before && isUnit(after));
  return [[said, share], ...bracket, ...splits];
}

/** Whether a line holds values, and no headings. */
export const isValues = (line: string[]) =>
  line.filter(Boolean).filter((cell) => readWhen(cell) ?? readAmount(cell)).length * 2 >
  line.filter(Boolean).length;
