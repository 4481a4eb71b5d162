// A pasted table as rows of the form, and everything that must be settled before it may be taken.
import type { Row } from "../ask/draft";
import type { Feature, Manifest } from "../manifest";
import type { Units } from "../service";
import { type Place, readValues } from "./cells";
import { agree, type Choices, leaveOut, nameCell, type Trouble } from "./choices";
import { type Column, NOTHING } from "./columns";
import { listUnits } from "./headerUnits";
import type { Pasted } from "./pasted";
import { askAgain, askDays, askPersons, type Lines } from "./patients";
import { readTimes, type Times } from "./times";

export interface Reading {
  columns: Column[];
  times: Times;
  /** The values as the form will hold them, by cell. */
  texts: Map<string, string>;
  troubles: Trouble[];
  /** The rows, once nothing is open. */
  rows: Row[];
  /** The lines that are taken. */
  kept: number[];
}

export interface Form {
  model: Manifest;
  features: Feature[];
  /** How many rows it takes. */
  most: number;
  units: Units;
}

export function readPasted(pasted: Pasted, form: Form, choices: Choices): Reading {
  const { features, units } = form;
  const columns = pasted.columns.map((column, i) => ({
    ...column,
    takes: choices.takes[i] ?? column.takes,
  }));
  const kept = [...pasted.lines.keys()].filter((line) => !choices.left.includes(line));
  const [time] = features;
  const timeAt = columns.findIndex(({ takes }) => takes === time?.name);
  const data = kept.filter((line) => !pasted.again.includes(line));
  const texts = new Map(data.map((line) => [line, pasted.lines[line]?.[timeAt] ?? ""]));
  const times: Times =
    time?.type === "number" && timeAt >= 0
      ? readTimes(texts, time, choices)
      : { days: new Map(), dates: new Map(), newest: undefined, troubles: [] };
  const values = readValues(
    form.model,
    listPlaces(pasted, columns, features, data),
    columns,
    units,
    choices,
  );
  const rows = makeRows(columns, features, data, times, values.texts);
  const troubles = [
    ...askHeadless(pasted, columns, choices),
    ...askColumns(columns, features),
    ...askAgain(pasted, kept),
    ...askPersons(pasted, columns, data),
    ...times.troubles,
    ...askUnits(columns, features, units, choices),
    ...values.troubles,
    ...(times.troubles.length || timeAt < 0 ? [] : askDays(rows, times, choices)),
    ...askMany(rows, data, times, form.most, choices),
    ...(data.length ? [] : [{ what: "nothing", lines: [], mends: [] }]),
  ];
  return { columns, times, texts: values.texts, troubles, rows: joinRows(rows, times), kept: data };
}

const listPlaces = (
  pasted: Pasted,
  columns: Column[],
  features: Feature[],
  lines: number[],
): Place[] =>
  columns.flatMap(({ takes }, column) => {
    const feature = features.slice(1).find(({ name }) => name === takes);
    return feature
      ? lines.map((line) => ({ line, column, feature, text: pasted.lines[line]?.[column] ?? "" }))
      : [];
  });

/** The row of each line. */
function makeRows(
  columns: Column[],
  features: Feature[],
  lines: number[],
  times: Times,
  texts: Map<string, string>,
): Lines {
  const row = (line: number): Row =>
    Object.fromEntries(
      columns.flatMap(({ takes }, column) => {
        const i = features.findIndex(({ name }) => name === takes);
        const day = times.days.get(line);
        const text = i === 0 ? day?.toString() : texts.get(nameCell(line, column));
        return takes && text !== undefined ? [[takes, { text }]] : [];
      }),
    );
  return new Map(lines.map((line) => [line, row(line)]));
}

/** One row per day, in order of time; what one day has in two rows is joined. */
function joinRows(rows: Lines, times: Times): Row[] {
  const days = new Map<number | undefined, Row>();
  for (const [line, row] of rows) {
    const day = times.days.get(line);
    days.set(day, { ...days.get(day), ...row });
  }
  return [...days].sort(([a = 0], [b = 0]) => a - b).map(([, row]) => row);
}

function askHeadless({ headed }: Pasted, columns: Column[], choices: Choices): Trouble[] {
  if (headed || choices.agreed.includes("headless")) return [];
  const names = columns.map(({ takes }) => takes);
  const mends = [{ label: "headless", choose: agree("headless") }];
  return [{ what: "headless", lines: [], values: { names }, columns: [...columns.keys()], mends }];
}

/** Columns of which nobody knows what they hold, and what is needed but not there. */
function askColumns(columns: Column[], features: Feature[]): Trouble[] {
  const unknown = [...columns.keys()].filter((i) => columns[i]?.takes === undefined);
  const choose = (choices: Choices): Choices => ({
    ...choices,
    takes: { ...choices.takes, ...Object.fromEntries(unknown.map((i) => [i, NOTHING])) },
  });
  const taken = columns.map(({ takes }) => takes);
  const needed = features.filter((one) => !one.missing && !taken.includes(one.name));
  const twice = features.filter(({ name }) => taken.filter((one) => one === name).length > 1);
  const names = (list: Feature[]) => list.map(({ name }) => name);
  const all = [...columns.keys()];
  const has = features.slice(1).some(({ name }) => taken.includes(name));
  return [
    ...(needed.length
      ? [{ what: "needed", lines: [], values: { names: names(needed) }, columns: all, mends: [] }]
      : []),
    ...(has ? [] : [{ what: "no_values", lines: [], columns: all, mends: [] }]),
    ...(twice.length
      ? [
          {
            what: "twice",
            lines: [],
            values: { names: names(twice) },
            columns: all.filter((i) => twice.some(({ name }) => name === taken[i])),
            mends: [],
          },
        ]
      : []),
    ...(unknown.length && !needed.length && has
      ? [
          {
            what: "columns",
            lines: [],
            values: { count: unknown.length },
            columns: unknown,
            mends: [{ label: "columns", values: { count: unknown.length }, choose }],
          },
        ]
      : []),
  ];
}

/** Units of headings that nobody knows; each is chosen. */
function askUnits(
  columns: Column[],
  features: Feature[],
  units: Units,
  choices: Choices,
): Trouble[] {
  return columns.flatMap(({ strange, takes, heading }, i) => {
    const feature = features.find(({ name }) => name === takes);
    if (!strange || !feature || choices.units[i]) return [];
    const mends = listUnits(feature, units).map((unit) => ({
      label: "in_unit",
      values: { name: feature.name, unit: unit.unit },
      choose: (now: Choices) => ({ ...now, units: { ...now.units, [i]: unit } }),
    }));
    return [
      { what: "unit", lines: [], values: { heading, text: strange, name: feature.name }, mends },
    ];
  });
}

function askMany(
  rows: Lines,
  kept: number[],
  { days }: Times,
  most: number,
  choices: Choices,
): Trouble[] {
  const count = choices.agreed.includes("join") ? new Set(days.values()).size : rows.size;
  if (count <= most) return [];
  const byAge = [...kept].sort((a, b) => (days.get(a) ?? 0) - (days.get(b) ?? 0));
  const oldest = byAge.slice(0, count - most);
  const mends = [{ label: "oldest", values: { count: oldest.length }, choose: leaveOut(oldest) }];
  return [{ what: "many", lines: [], values: { count, most }, mends }];
}
