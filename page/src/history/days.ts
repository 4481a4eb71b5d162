// Dates as people write them, and days counted from one of them.
import { plain, readAmount } from "./numbers";

export const MS_PER_DAY = 86_400_000;
const FIRST_SERIAL = 36_526; // 2000-01-01 as spreadsheets count
const LAST_SERIAL = 73_050; // 2099-12-31
const EPOCH = Date.UTC(1899, 11, 30) / MS_PER_DAY;

/** Which part of 03/04/2025 is the day. */
export type Order = "dmy" | "mdy";

/** A point of time of a cell: a date as days since 1970, or a number of days. */
export interface When {
  date?: number;
  /** What it is if the month comes first. */
  monthFirst?: number;
  /** Whether it is written with slashes, and so in either order. */
  slashed?: boolean;
  /** A date as a spreadsheet counts it. */
  serial?: boolean;
  /** A count of days, as -7 is. */
  days?: number;
}

const CLOCK = /[ T]+\d{1,2}(?::|时|h)\d{2}.*$/i;
const WEEKDAY = /^(?:mo|tu|di|we|mi|th|do|fr|sa|su|so)[a-z]*\.?,? +(?=\d|[a-z])/i;
const MONTHS: Record<string, number> = Object.fromEntries(
  ["en", "de"].flatMap((language) =>
    Array.from({ length: 12 }, (_, i) => {
      const name = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" })
        .format(Date.UTC(2000, i, 1))
        .toLowerCase();
      return [name.slice(0, 3), i + 1];
    }),
  ),
);

export function readWhen(text: string): When | undefined {
  const said = plain(text).replace(CLOCK, "").replace(WEEKDAY, "").trim();
  let found = /^(\d{4})[-/.年 ]+(\d{1,2})[-/.月 ]+(\d{1,2})日?$/.exec(said);
  found ??= /^((?:19|20)\d{2})(\d{2})(\d{2})$/.exec(said);
  if (found) return wrap(makeDate(found[1], found[2], found[3]));
  found = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})$/.exec(said);
  if (found) return wrap(makeDate(found[3], found[2], found[1]));
  found = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})$/.exec(said);
  if (found) return readSlashed(found[1], found[2], found[3]);
  return readNamed(said) ?? readDays(said);
}

/** 31 Dec 2025, December 31, 2025, 31. Dezember 2025. */
function readNamed(said: string): When | undefined {
  let found = /^(\d{1,2})\.?[ -]?([a-zä]{3,})\.?[ -,]*(\d{4})$/i.exec(said);
  const month = (name = "") => MONTHS[name.toLowerCase().slice(0, 3)];
  if (found) return wrap(makeDate(found[3], month(found[2]), found[1]));
  found = /^([a-zä]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/i.exec(said);
  return found ? wrap(makeDate(found[3], month(found[1]), found[2])) : undefined;
}

function readSlashed(one = "", two = "", year = ""): When | undefined {
  const [dayFirst, monthFirst] = [makeDate(year, two, one), makeDate(year, one, two)];
  if (dayFirst === undefined && monthFirst === undefined) return undefined;
  return {
    slashed: true,
    ...(dayFirst !== undefined && { date: dayFirst }),
    ...(monthFirst !== undefined && { monthFirst }),
  };
}

function readDays(said: string): When | undefined {
  const bare = said
    .replace(/^(?:day|days|tag|d|t|第) *(?=[+-]?\d)/i, "")
    .replace(/ *(?:days?|tage?|d|天|日)$/i, "");
  const amount = readAmount(bare);
  if (!amount || amount.unit || amount.bound || !Number.isInteger(amount.value)) return undefined;
  const { value } = amount;
  if (value >= FIRST_SERIAL && value <= LAST_SERIAL) return { date: EPOCH + value, serial: true };
  return { days: value };
}

const wrap = (date: number | undefined): When | undefined =>
  date === undefined ? undefined : { date };

/** The days since 1970 of a date; none of one that the calendar has not. */
function makeDate(
  year: string | number | undefined,
  month: string | number | undefined,
  day: string | number | undefined,
): number | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const whole = y < 100 ? 2000 + y : y;
  const made = new Date(Date.UTC(whole, m - 1, d));
  const isReal =
    made.getUTCFullYear() === whole && made.getUTCMonth() === m - 1 && made.getUTCDate() === d;
  return isReal ? made.getTime() / MS_PER_DAY : undefined;
}

/** A date as a field for dates holds it. */
export const writeDate = (date: number) => new Date(date * MS_PER_DAY).toISOString().slice(0, 10);

/** The date that a field holds; none if it is empty. */
export function openDate(text: string): number | undefined {
  const [year, month, day] = text.split("-");
  return makeDate(year, month, day);
}
