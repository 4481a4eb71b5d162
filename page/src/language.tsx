// Every word that the page says, in the language of the browser or the one that was chosen; the words
// of a language are a file of its own, loaded when it is wanted first.
import { createInstance } from "i18next";
import type { Translations } from "./manifest";

export const LANGUAGES = { en: "English", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;
/** What a kind brings itself, in every language. */
export type Words = Record<Language, string>;
export type Translated = { translations?: Translations };

const LOADERS = { en: () => import("./locales/en"), zh: () => import("./locales/zh") };

/** The page's own words, and those of the service: see words.ts. */
export const i18n = createInstance();
i18n.init({
  lng: findLanguage(),
  fallbackLng: false, // no language lacks a key, and none is there but those that were wanted
  defaultNS: "page",
  resources: {},
  interpolation: { escapeValue: false }, // Preact escapes
  initAsync: false,
});

function findLanguage(): Language {
  const known = navigator.languages.map((tag) => tag.split("-")[0]);
  return (known.find((tag) => tag !== undefined && tag in LANGUAGES) ?? "en") as Language;
}

export const getLanguage = () => i18n.language as Language;

let wanted: Language | undefined;

/** Has the words of a language, and speaks it unless another was wanted since; fails offline. */
export async function speakIn(language: Language): Promise<void> {
  wanted = language;
  const loaded = await LOADERS[language]();
  for (const [name, words] of Object.entries(loaded)) i18n.addResourceBundle(language, name, words);
  if (wanted === language) await i18n.changeLanguage(language);
}

export async function setLanguage(language: Language) {
  await speakIn(language);
  document.documentElement.lang = getLanguage() === "zh" ? "zh-Hans" : getLanguage();
}

/** A text of the page, by its key in locales/. */
export const t = (key: string, values: Record<string, unknown> = {}): string => i18n.t(key, values);

const NAME = /(?<![\w./-])[a-z]\w*_[\w.]*\w/g;

/** The words for a text; none for what every object has, as "constructor". */
const lookUp = (words: Record<string, string> | undefined, text: string) =>
  words && Object.hasOwn(words, text) ? words[text] : undefined;

/** A text of a model in the language of the page, if there is one; names in English lose underscores. */
export function findWords(of: Translated, text: string): string | undefined {
  const words = of.translations?.[getLanguage()];
  const known = lookUp(words, text) ?? nameField(of, text);
  if (known !== undefined || getLanguage() !== "en") return known;
  return text.replace(NAME, (name) => lookUp(words, name) ?? name.replaceAll("_", " "));
}

const FIELD = /^(\p{L}[\p{L}\p{M}\p{N}_]*)\.(\p{L}[\p{L}\p{M}\p{N}_]*)$/u;

/** A field of a part: patient.age. */
function nameField(of: Translated, text: string): string | undefined {
  const [, part, field] = FIELD.exec(text) ?? [];
  return part && field && `${translate(of, part)} – ${translate(of, field)}`;
}

/** The same, or the text as it is. */
export const translate = (of: Translated, text: string) => findWords(of, text) ?? text;

/** A value of a model, as in a choice or yes. */
export const nameValue = (of: Translated, value: unknown) =>
  typeof value === "boolean" ? t(`ask.${value}`) : translate(of, String(value));

/** The same as an element, which says so where it stays English; a label has no full stop. */
export function Told(props: { of: Translated; text: string; label?: boolean }) {
  const own = findWords(props.of, props.text);
  const shown = props.label ? (own ?? props.text).replace(/[.。]$/, "") : (own ?? props.text);
  return own === undefined ? <span lang="en">{shown}</span> : <span>{shown}</span>;
}

const formats = new Map<string, Intl.NumberFormat>();

function format(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify([getLanguage(), options]);
  const found = formats.get(key) ?? new Intl.NumberFormat(getLanguage(), options);
  formats.set(key, found);
  return found.format(value);
}

export const formatNumber = (value: number, digits = 4) =>
  format(value, { maximumSignificantDigits: digits });

/** A figure of a card: three digits behind the point, or three that say something. */
export const formatFigure = (value: number) =>
  Math.abs(value) >= 0.01
    ? format(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 })
    : format(value, { maximumSignificantDigits: 2 });

export const formatCount = (value: number) => format(value, { maximumFractionDigits: 0 });

/** A difference of probabilities, in percentage points. */
export const formatPoints = (share: number) =>
  formatSigned(100 * share, { maximumFractionDigits: 1 });

/** By how much a number moves; what is rounded to nothing has no sign. */
export const formatChange = (value: number) => formatSigned(value, { maximumSignificantDigits: 2 });

const formatSigned = (value: number, options: Intl.NumberFormatOptions) =>
  format(value, { ...options, signDisplay: "exceptZero" }).replace("-", "−");

/** A probability from 0 to 1 as a percentage; never 0 or 100 % where it is neither. */
export function formatPercent(share: number, decimals = 1): string {
  const write = (value: number) =>
    format(value, { style: "percent", maximumFractionDigits: decimals });
  const least = 10 ** -(decimals + 2);
  if (share > 0 && share < least / 2) return `<${write(least)}`;
  if (share < 1 && share > 1 - least / 2) return `>${write(1 - least)}`;
  return write(share);
}

export const formatTime = (time: Date) =>
  new Intl.DateTimeFormat(getLanguage(), { dateStyle: "long", timeStyle: "long" }).format(time);

export const DAYS_PER_YEAR = 365.25;

/** Days as years with one decimal, below one year as days. */
export function formatDays(days: number): string {
  const count = Math.round((10 * days) / DAYS_PER_YEAR) / 10;
  if (days < 365) return t("time.days", { count: Math.round(days), value: formatCount(days) });
  return t("time.years", { count, value: format(count, { maximumFractionDigits: 1 }) });
}
