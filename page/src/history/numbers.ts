// Numbers as laboratories and spreadsheets write them: decimal commas, thousands, bounds, units.

/** What a text says. */
export interface Amount {
  value: number;
  /** What it is if its one mark separates thousands: 4,800 may be 4.8. */
  thousands?: number;
  /** <, > and the like, where only a bound is known. */
  bound?: string;
  /** What stands behind the number. */
  unit: string;
}

const NUMBER = /^([<>≤≥]=?)?\s*([+-]?(?:\d[\d.,' ]*|[.,]\d+))\s*(.*)$/s;
const FLAG = /(?:^|\s+)\(?(?:HH|LL|H|L|A|N)?[*↑↓!+-]{0,3}\)?$/;
const GROUPED = /^[+-]?\d{1,3}(?:[.,' ]\d{3})+$/;
const NOTHING =
  /^(?:[-–—./]*|n\/?a|n\.?\s?[adb]\.?|k\.?\s?a\.?|nd|null|none|未测|未查|无结果|缺失)$/i;

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Signs that stand for others: full width, other blanks, other minuses, raised digits. */
export const plain = (text: string) =>
  text
    .replace(
      /[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g,
      (raised) => `^${[...raised].map((one) => SUPERSCRIPTS.indexOf(one)).join("")}`,
    )
    .normalize("NFKC")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018\u2019`´]/g, "'")
    .replace(/\s+/g, " ")
    .trim();

/** Whether a cell says that there is no value. */
export const isNothing = (text: string) => NOTHING.test(plain(text));

/** The number of a text; undefined where there is none. */
export function readAmount(text: string): Amount | undefined {
  const found = NUMBER.exec(plain(text));
  if (!found) return undefined;
  const [, bound, number = "", rest = ""] = found;
  const read = readNumber(number.trim());
  if (!read) return undefined;
  const unit = rest.replace(FLAG, "").trim();
  return { ...read, unit, ...(bound && { bound }) };
}

/** A number, whichever mark is decimal; both readings where its one mark may be either. */
function readNumber(text: string): Pick<Amount, "value" | "thousands"> | undefined {
  const marks = [...new Set(text.replace(/[^.,' ]/g, ""))];
  const last = text.match(/[.,](?=\d*$)/)?.[0];
  if (marks.length === 0) return finish(text);
  if (marks.length === 1 && (marks[0] === "'" || marks[0] === " "))
    return GROUPED.test(text) ? finish(text.replace(/[' ]/g, "")) : undefined;
  if (marks.length === 1 && last) {
    const [whole = "", ...behind] = text.split(last);
    const joined = text.replaceAll(last, "");
    if (behind.length > 1) return GROUPED.test(text) ? finish(joined) : undefined;
    const read = finish(text.replace(last, "."));
    const mayGroup = GROUPED.test(text) && !/^[+-]?0/.test(whole);
    return read && mayGroup ? { ...read, thousands: Number(joined) } : read;
  }
  if (!last || marks.length > 2) return undefined;
  const [whole = "", part = ""] = text.split(last);
  return GROUPED.test(whole) && text.split(last).length === 2
    ? finish(`${whole.replace(/[.,' ]/g, "")}.${part}`)
    : undefined;
}

function finish(text: string) {
  const value = Number(text);
  return text !== "" && Number.isFinite(value) ? { value } : undefined;
}

/** The mark that is decimal for certain in a text, if one is. */
export function findDecimal(text: string): "," | "." | undefined {
  const amount = readAmount(text);
  const number = NUMBER.exec(plain(text))?.[2]?.trim() ?? "";
  const marks = number.match(/[.,]/g) ?? [];
  if (!amount || amount.thousands !== undefined || !marks.length) return undefined;
  const last = marks.at(-1) as "," | ".";
  if (marks.length > 1 && marks.every((one) => one === last)) return last === "," ? "." : ",";
  return last;
}

/** A converted number without the noise of floating point. */
export const writeNumber = (value: number) => String(Number(value.toPrecision(12)));

const YES =
  /^(?:yes|y|true|t|ja|j|wahr|oui|x|✓|✔|☑|\+|1|given|gegeben|erhalten|是|有|对|已用|用)$/i;
const NO =
  /^(?:no|n|false|f|nein|falsch|non|✗|✘|✕|☐|0|not given|nicht gegeben|否|无|没有|未|未用|不)$/i;

/** Yes or no, in the languages of those who paste. */
export function readYesOrNo(text: string): boolean | undefined {
  const said = plain(text);
  if (YES.test(said)) return true;
  return NO.test(said) ? false : undefined;
}
