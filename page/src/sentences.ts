// What the service says in English, said in another language: the format that a sentence was
// written by is found, and its gaps are filled into that of the other language, as gettext does it.
import type { Feature, Manifest } from "./manifest";

/**
 * A file of locales/service.*.json. In English {} stands for anything, {n} for a number with its unit;
 * in the other language {} or {0} for what is said there, {:code} for what stays as it is.
 */
export interface Catalogue {
  lists: Record<string, string>;
  /** How a name and the word that is its value stand together. */
  named: string;
  sentences: Record<string, string>;
}

/** A stretch of a sentence; `known` is whether it is in the language that was asked for. */
export interface Part {
  text: string;
  known: boolean;
}

/** What a sentence may hold that is a model's own: texts, names of features, codes of units. */
export interface Terms {
  translate: (text: string) => string | undefined;
  features: string[];
  units: Set<string>;
  showUnit: (code: string) => string;
}

interface Format {
  literals: string[];
  /** Of each gap, whether it holds a number. */
  numbers: boolean[];
  told: string;
}

type Say = (text: string) => Part[];

const NUMBER = /^([-+]?\d[\d.,]*(?:e[-+]?\d+)?)(?:%| (\S+))?$/;
const GAP = /\{(\d*)(:code)?\}/g;
const WORD = /[a-z]{3}/i;
const VERB = / (raises|lowers) /;
const DEEPEST = 8;
const HAN = /\p{Script=Han}/u;
const SET_APART = /[\w%()[\]<>+\-\p{Script=Greek}\p{Number}]/u; // from Han, by a blank

/** The words for a text; none for what every object has, as "constructor". */
export const lookUp = (words: Record<string, string> | undefined, text: string) =>
  words && Object.hasOwn(words, text) ? words[text] : undefined;

export function listTerms(
  model: Manifest | undefined,
  language: string,
  showUnit: (code: string) => string,
): Terms {
  const input = model?.input;
  const features: Feature[] = input && "features" in input ? input.features : [];
  const units = features.flatMap((one) => (one.type === "number" ? [one.unit] : []));
  if (model && "unit" in model.output) units.push(model.output.unit);
  return {
    translate: (text) => lookUp(model?.translations[language], text),
    features: features.map(({ name }) => name),
    units: new Set(units.filter((unit) => unit !== "1")),
    showUnit,
  };
}

/** What says a sentence by a catalogue; of the formats that fit, the first counts. */
export function makeSayer({ lists, named, sentences }: Catalogue) {
  const formats = Object.entries(sentences)
    .filter(([text]) => /\{n?\}/.test(text))
    .map(([text, told]) => readFormat(text, told));

  function say(text: string, terms: Terms, depth = 0): Part[] {
    const known = terms.translate(text) ?? lookUp(sentences, text) ?? showQuantity(text, terms);
    if (known !== undefined) return [{ text: known, known: true }];
    const sayPart = (part: string) => say(part, terms, depth + 1);
    const found =
      depth < DEEPEST
        ? (sayByFormat(formats, text, terms, sayPart) ??
          sayList(lists, text, sayPart) ??
          sayNamed(named, text, terms, sayPart))
        : undefined;
    return found ?? [{ text, known: !WORD.test(text) }];
  }
  return (text: string, terms: Terms) => say(text, terms);
}

function readFormat(text: string, told: string): Format {
  const numbers = [...text.matchAll(/\{(n?)\}/g)].map(([, kind]) => kind === "n");
  return { literals: text.split(/\{n?\}/), numbers, told };
}

function sayByFormat(formats: Format[], text: string, terms: Terms, say: Say) {
  for (const format of formats) {
    const gaps = match(format, text, terms);
    if (gaps) return fill(format.told, gaps, say);
  }
  return undefined;
}

/** What is in the gaps, each up to the next words of the format: no search, whatever the text is. */
function match({ literals, numbers }: Format, text: string, terms: Terms): string[] | undefined {
  const [first = "", last = ""] = [literals[0], literals.at(-1)];
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const gaps: string[] = [];
  let at = first.length;
  for (const [i, isNumber] of numbers.entries()) {
    const literal = literals[i + 1] ?? "";
    const until = i === numbers.length - 1 ? end : text.indexOf(literal, at + 1);
    const gap = text.slice(at, until);
    if (until <= at || !(isNumber ? NUMBER.test(gap) : isPhrase(gap, terms))) return undefined;
    gaps.push(gap);
    at = until + literal.length;
  }
  return gaps;
}

/** Clauses are said one by one, unless they are one text of the model. */
const isPhrase = (gap: string, terms: Terms) =>
  !gap.includes("; ") || terms.translate(gap) !== undefined;

function fill(told: string, gaps: string[], say: Say): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const [i, gap] of [...told.matchAll(GAP)].entries()) {
    const [whole, position, code] = gap;
    const text = gaps[position ? Number(position) : i] ?? "";
    parts.push({ text: told.slice(at, gap.index), known: true });
    parts.push(...(code ? [{ text, known: true }] : say(text)));
    at = gap.index + whole.length;
  }
  return join([...parts, { text: told.slice(at), known: true }]);
}

function sayList(lists: Catalogue["lists"], text: string, say: Say): Part[] | undefined {
  for (const [joiner, told] of Object.entries(lists)) {
    if (!text.includes(joiner)) continue;
    const parts = repeatVerb(text.split(joiner)).map(say);
    if (parts.some((part) => part.some(({ known }) => known)))
      return join(parts.flatMap((part, i) => (i ? [{ text: told, known: true }, ...part] : part)));
  }
  return undefined;
}

/** English leaves out what others repeat: "b by 5 points" after "a raises x by 9 points". */
function repeatVerb(clauses: string[]): string[] {
  let verb = "";
  return clauses.map((clause) => {
    const own = VERB.exec(clause)?.[1];
    verb = own ?? verb;
    return own || !verb ? clause : clause.replace(/ by (?=\S+( \S+)?$)/, ` ${verb} it by `);
  });
}

/** A feature and its value, as "age 81 a" or "sex M". */
function sayNamed(told: string, text: string, terms: Terms, say: Say): Part[] | undefined {
  const [name = "", ...words] = text.split(" ");
  const value = words.join(" ");
  if (!value || !terms.features.includes(name)) return undefined;
  return fill(NUMBER.test(value) ? "{} {}" : told, [name, value], say);
}

function showQuantity(text: string, { units, showUnit }: Terms): string | undefined {
  const [, number, unit] = NUMBER.exec(text) ?? [];
  return unit !== undefined && units.has(unit) ? `${number} ${showUnit(unit)}` : undefined;
}

/** Parts side by side, with a blank between Han and what is not, and neighbours made one. */
function join(parts: Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const text = last && isSeam(last.text.at(-1), part.text[0]) ? ` ${part.text}` : part.text;
    if (last?.known === part.known) joined[joined.length - 1] = { ...part, text: last.text + text };
    else if (text) joined.push({ ...part, text });
  }
  return joined;
}

const isSeam = (before = "", after = "") =>
  (HAN.test(before) && SET_APART.test(after)) || (SET_APART.test(before) && HAN.test(after));
