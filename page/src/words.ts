// What the service says, from its codes and limits: the sentences stand in functions/medmaas/words,
// which Python fills likewise (words/sentences.py); here by i18next, whose format they are in.
import type { Fact } from "./facts";
import { findWords, getLanguage, i18n, type Translated } from "./language";
import { showUnit } from "./units";

/** A stretch of a sentence, and whether it stayed English on a page that is not. */
export interface Part {
  text: string;
  isEnglish: boolean;
}

/** A fact among the limits of another, said first: the interpolator of i18next is not re-entrant. */
interface Inner {
  said: string;
}

type Write = (value: unknown, of: Translated) => string;

const GAP = /\{\{(\w+)/g;
const WORD = /[a-z]{3}/i;
const [OPEN, CLOSE] = ["\ue000", "\ue001"]; // around what stayed English; no text holds them
const ENGLISH = /\ue000([^\ue001]*)\ue001/;
// from Han, what is not Han is set apart by a blank
const [HAN, MARKS, OTHER] = ["\u3400-\u9fff", "[\ue000\ue001]*", "\\p{L}\\p{N}_%()[\\]<>+\\-"];
const SEAMS = new RegExp(
  `(?<=[${HAN}])(?=${MARKS}[${OTHER}])(?!${MARKS}[${HAN}])|(?<=(?![${HAN}])[${OTHER}]${MARKS})(?=[${HAN}])`,
  "gu",
);
const SERVICE = { ns: "service", keySeparator: false, nsSeparator: false, nest: false } as const;
const LARGE = 1000;

/** The sentence of a fact, in parts; undefined where this page has no words for it. */
export function say(fact: Partial<Fact>, of: Translated = {}): Part[] | undefined {
  if (!isFact(fact) || !isKnown(fact)) return undefined;
  const text = fill(fact, of);
  const spaced = getLanguage() === "zh" ? text.replace(SEAMS, " ") : text;
  return spaced
    .split(ENGLISH)
    .map((part, i) => ({ text: part, isEnglish: i % 2 === 1 }))
    .filter((part) => part.text);
}

/** Whether there are words for a fact and for all in it: a newer service says what this page cannot. */
function isKnown({ code, limits }: Fact): boolean {
  if (!i18n.exists(code, select(limits))) return false;
  const sentence = i18n.t(code, { ...select(limits), skipInterpolation: true });
  return (
    [...sentence.matchAll(GAP)].every(([, name = ""]) => Object.hasOwn(limits, name)) &&
    Object.values(limits)
      .flat()
      .every((one) => !isFact(one) || isKnown(one))
  );
}

const isFact = (value: unknown): value is Fact =>
  typeof value === "object" && value !== null && "code" in value && "limits" in value;

/** What chooses a sentence: a count has plural forms. */
const select = ({ count }: Fact["limits"]) =>
  typeof count === "number" ? { ...SERVICE, count } : SERVICE;

function fill({ code, limits }: Fact, of: Translated): string {
  const sayFirst = (value: unknown) => (isFact(value) ? { said: fill(value, of) } : value);
  const filled = Object.entries(limits).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(sayFirst) : sayFirst(value),
  ]);
  return i18n.t(code, { ...select(limits), replace: Object.fromEntries(filled), $of: of });
}

const FORMATS: Record<string, Write> = {
  number: (value) => writeGeneral(Number(value), 6),
  count: (value) => group(String(value)),
  fixed1: (value) => writeFixed(Number(value), 1),
  fixed2: (value) => writeFixed(Number(value), 2),
  percent: (value) => `${writeFixed(100 * Number(value), 0)}%`,
  percent1: (value) => `${writeFixed(100 * Number(value), 1)}%`,
  significant: (value) =>
    Math.abs(Number(value)) >= LARGE
      ? group(writeFixed(Number(value), 0))
      : writeGeneral(Number(value), 4),
  unit: (value) => ` ${showUnit(String(value))}`.trimEnd(),
  text: writeText,
  spelled: (value, of) => String(writeText(value, of)).replaceAll("_", " "),
  lower: (value, of) => writeText(value, of).toLowerCase(),
  fact: writeText,
  codes: (values) => list(values).map(writeCode).join(", "),
  texts: (values, of) => join(values, of, "joined_by_comma"),
  either: (values, of) => join(values, of, "joined_by_or"),
  clauses: (values, of) => join(values, of, "joined_by_semicolon"),
  both: (values, of) => join(values, of, "joined_by_and"),
  all: (values, of) => join(values, of, "joined_by_comma_and"),
};

for (const [name, write] of Object.entries(FORMATS))
  i18n.services.formatter?.add(name, (value, _language, { $of }) => write(value, $of));

const list = (values: unknown) => values as unknown[];

const isInner = (value: unknown): value is Inner => typeof value === "object" && value !== null;

const writeCode = (value: unknown) => (isInner(value) ? value.said : String(value));

/** A fact, or a text of the model: translated, or marked as English. */
function writeText(value: unknown, of: Translated): string {
  if (isInner(value)) return value.said;
  const text = String(value);
  return findWords(of, text) ?? (WORD.test(text) ? OPEN + text + CLOSE : text);
}

const join = (values: unknown, of: Translated, joiner: string) =>
  list(values)
    .map((value) => writeText(value, of))
    .join(i18n.t(joiner, SERVICE));

const group = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** As Python's "%.2f" writes it: halves go to the even digit. */
function writeFixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  const isHalf = Math.abs(value * 2 ** (decimals + 1)) % 2 === 1;
  const isOdd = Number(text.at(-1)) % 2 === 1;
  return isHalf && isOdd ? (value * (1 - Number.EPSILON)).toFixed(decimals) : text;
}

/** As Python's "%.6g" writes it: so many digits, no zeros behind the last. */
function writeGeneral(value: number, digits: number): string {
  const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return String(Number(writeFixed(value, digits - 1 - power)));
  return `${Number(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
