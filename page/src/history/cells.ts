// The values of a pasted table: each cell as the form holds it, or what is wrong with it.

import { findWords } from "../language";
import type { Feature, Manifest } from "../manifest";
import type { Units } from "../service";
import { type Choices, empty, nameCell, type Trouble } from "./choices";
import type { Column } from "./columns";
import { findUnit, listUnits, type Offered } from "./headerUnits";
import { findDecimal, isNothing, readAmount, readYesOrNo, writeNumber } from "./numbers";

export interface Place {
  line: number;
  column: number;
  feature: Feature;
  text: string;
}

/** The values as texts by cell, and what is open. */
export interface Values {
  texts: Map<string, string>;
  troubles: Trouble[];
}

interface Found {
  place: Place;
  value?: number;
  text?: string;
  wrong?: "unread" | "marks" | "bounds" | "outside";
}

export function readValues(
  model: Manifest,
  places: Place[],
  columns: Column[],
  units: Units,
  choices: Choices,
): Values {
  const isOpen = ({ line, column, text }: Place) =>
    !isNothing(text) && !choices.emptied.includes(nameCell(line, column));
  const filled = places.filter(isOpen);
  const decimal = choices.decimal ?? findCommonMark(filled);
  const found = filled.map((place) => readCell(model, place, columns, units, choices, decimal));
  const texts = new Map(
    found.flatMap(({ place, text }) =>
      text === undefined ? [] : [[nameCell(place.line, place.column), text] as const],
    ),
  );
  return { texts, troubles: listTroubles(found, units) };
}

/** The decimal mark of a table; none if it has none for certain, or two. */
function findCommonMark(places: Place[]) {
  const numbers = places.filter(({ feature }) => feature.type === "number");
  const marks = new Set(numbers.map(({ text }) => findDecimal(text)).filter(Boolean));
  const [mark] = marks;
  return marks.size === 1 ? mark : undefined;
}

function readCell(
  model: Manifest,
  place: Place,
  columns: Column[],
  units: Units,
  choices: Choices,
  decimal: "," | "." | undefined,
): Found {
  const { feature, text } = place;
  if (feature.type === "boolean") {
    const said = readYesOrNo(text) ?? (isNamed(feature, text) || undefined);
    return said === undefined ? { place, wrong: "unread" } : { place, text: String(said) };
  }
  if (feature.type === "choice") {
    const same = (one: string) => one.trim().toLowerCase() === text.trim().toLowerCase();
    const choice = feature.choices.find((one) => same(one) || same(findWords(model, one) ?? one));
    return choice === undefined ? { place, wrong: "unread" } : { place, text: choice };
  }
  const amount = readAmount(text);
  if (!amount) return { place, wrong: "unread" };
  const mark = /[.,]/.exec(text)?.[0];
  if (amount.thousands !== undefined && !decimal) return { place, wrong: "marks" };
  const bare = amount.thousands !== undefined && mark !== decimal ? amount.thousands : amount.value;
  const unit: Offered | undefined = amount.unit
    ? findUnit(feature, amount.unit, units)
    : (choices.units[place.column] ?? columns[place.column]?.unit ?? listUnits(feature, units)[0]);
  if (!unit) return { place, wrong: "unread" };
  if (amount.bound && !choices.bounded.includes(nameCell(place.line, place.column)))
    return { place, wrong: "bounds" };
  const value = bare * unit.factor;
  const { low, high } = feature.hard_range;
  if (value < low || value > high) return { place, value: bare, wrong: "outside" };
  return { place, text: writeNumber(value) };
}

/** Whether a text names a drug whose giving the feature is. */
function isNamed(feature: Feature, text: string): boolean {
  const source = "source" in feature ? feature.source : undefined;
  const names = source && "names" in source ? (source.names ?? []) : [];
  return names.some((name) => name.toLowerCase() === text.trim().toLowerCase());
}

function listTroubles(found: Found[], units: Units): Trouble[] {
  const list = (wrong: Found["wrong"]) => found.filter((one) => one.wrong === wrong);
  return [
    ...askMarks(list("marks")),
    ...askBounds(list("bounds")),
    ...askOutside(list("outside"), found, units),
    ...askUnread(list("unread")),
  ];
}

const describe = (what: string, found: Found[]) => ({
  what,
  lines: [...new Set(found.map(({ place }) => place.line))],
  cells: listCells(found),
  values: { text: found[0]?.place.text, count: found.length },
});

const listCells = (found: Found[]) => found.map(({ place }) => nameCell(place.line, place.column));

const leaveEmpty = (found: Found[]) => ({
  label: "empty",
  values: { count: found.length },
  choose: empty(listCells(found)),
});

function askMarks(found: Found[]): Trouble[] {
  const text = found[0]?.place.text ?? "";
  const amount = readAmount(text);
  const mark = text.includes(",") ? "," : ".";
  const other = mark === "," ? "." : ",";
  if (!amount) return [];
  const mends = [
    {
      label: "as_number",
      values: { text, number: amount.value },
      choose: (c: Choices) => ({ ...c, decimal: mark }),
    },
    {
      label: "as_number",
      values: { text, number: amount.thousands },
      choose: (c: Choices) => ({ ...c, decimal: other }),
    },
  ] as Trouble["mends"];
  return [{ ...describe("marks", found), mends }];
}

function askBounds(found: Found[]): Trouble[] {
  const text = found[0]?.place.text ?? "";
  if (!found.length) return [];
  const number = readAmount(text)?.value;
  const take = {
    label: "as_limit",
    values: { text, number },
    choose: (now: Choices) => ({ ...now, bounded: [...now.bounded, ...listCells(found)] }),
  };
  return [{ ...describe("bounds", found), mends: [take, leaveEmpty(found)] }];
}

/** What no patient has; another unit is offered where all of the column fits it. */
function askOutside(outside: Found[], found: Found[], units: Units): Trouble[] {
  const columns = [...new Set(outside.map(({ place }) => place.column))];
  return columns.map((column) => {
    const here = outside.filter(({ place }) => place.column === column);
    const feature = here[0]?.place.feature;
    const all = found.filter(({ place }) => place.column === column);
    const fits = feature ? listUnits(feature, units).filter((unit) => fitsAll(unit, all)) : [];
    const mends = fits.map((unit) => ({
      label: "in_unit",
      values: { name: feature?.name, unit: unit.unit },
      choose: (now: Choices) => ({ ...now, units: { ...now.units, [column]: unit } }),
    }));
    const range = feature?.type === "number" ? { ...feature.hard_range, unit: feature.unit } : {};
    const told = describe("outside", here);
    return {
      ...told,
      values: { ...told.values, ...range, name: feature?.name },
      mends: [...mends, leaveEmpty(here)],
    };
  });
}

const fitsAll = (unit: Offered, found: Found[]) =>
  found.every(({ place: { feature, text } }) => {
    const value = (readAmount(text)?.value ?? 0) * unit.factor;
    return (
      feature.type === "number" &&
      value >= feature.hard_range.low &&
      value <= feature.hard_range.high
    );
  });

const askUnread = (found: Found[]): Trouble[] =>
  found.length ? [{ ...describe("unread", found), mends: [leaveEmpty(found)] }] : [];
