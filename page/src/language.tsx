// Every word that the page says, in the language of the browser or the one that was chosen.
import { createInstance } from "i18next";
import en from "../locales/en.json";
import zh from "../locales/zh.json";
import type { Translations } from "./manifest";
import { lookUp } from "./sentences";
import { spellNames } from "./spelling";

export const LANGUAGES = { en: "English", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

const words = createInstance();
words.init({
  lng: findLanguage(),
  fallbackLng: "en",
  resources: { en: { translation: en }, zh: { translation: zh } },
  interpolation: { escapeValue: false }, // Preact escapes
  initAsync: false,
});

function findLanguage(): Language {
  const known = navigator.languages.map((tag) => tag.split("-")[0]);
  return (known.find((tag) => tag !== undefined && tag in LANGUAGES) ?? "en") as Language;
}

export const getLanguage = () => words.language as Language;

export function setLanguage(language: Language) {
  words.changeLanguage(language);
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
}

/** A text of the page, by its key in locales/. */
export const t = (key: string, values: Record<string, unknown> = {}): string =>
  words.t(key, values);

/** A text of a model, in the language of the page if its manifest has it. */
export function translate(of: { translations?: Translations }, text: string): string {
  const words = of.translations?.[getLanguage()];
  return getLanguage() === "en" ? spellNames(words, text) : (lookUp(words, text) ?? text);
}

/** The same as an element, which says so where it stays English; a label has no full stop. */
export function Told(props: {
  of: { translations?: Translations };
  text: string;
  label?: boolean;
}) {
  const { of, text } = props;
  const isEnglish = getLanguage() === "en";
  const own = isEnglish ? translate(of, text) : lookUp(of.translations?.[getLanguage()], text);
  const shown = props.label ? (own ?? text).replace(/[.。]$/, "") : (own ?? text);
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

/** Days as years with one decimal, below one year as days. */
export function formatDays(days: number): string {
  const count = Math.round((10 * days) / 365.25) / 10;
  if (days < 365) return t("time.days", { count: Math.round(days), value: formatCount(days) });
  return t("time.years", { count, value: format(count, { maximumFractionDigits: 1 }) });
}
