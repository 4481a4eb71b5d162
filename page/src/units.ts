// How units are shown: requests and manifests hold UCUM codes (https://ucum.org).
import { getLanguage, i18n } from "./language";

const SPELLED: Record<string, string> = { a: "years", d: "days", wk: "weeks", mo: "months" };
const SUPERSCRIPTS: Record<string, string> = { 3: "³", 6: "⁶", 9: "⁹", 12: "¹²" };

/** A UCUM code as people write the unit; nothing for 1. In English the service leaves the code. */
export function showUnit(code: string): string {
  if (code === "1") return "";
  const named = i18n.getResource(getLanguage(), "service", `unit_${code}`, { keySeparator: false });
  if (named) return named;
  if (SPELLED[code]) return SPELLED[code];
  return code
    .replace(/10\*(\d+)/g, (_, power: string) => `10${SUPERSCRIPTS[power] ?? `^${power}`}`)
    .replace(/\bu(?=[A-Za-z])/g, "µ")
    .replace("log10(", "log₁₀(");
}

export const withUnit = (text: string, code: string) => `${text} ${showUnit(code)}`.trim();
