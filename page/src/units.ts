// How units are shown: requests and manifests hold UCUM codes (https://ucum.org).
import { t } from "./language";

const SUPERSCRIPTS: Record<string, string> = { 3: "³", 6: "⁶", 9: "⁹", 12: "¹²" };

/** A UCUM code as people write the unit; nothing for 1. */
export function showUnit(code: string): string {
  if (code === "1") return "";
  if (code === "a" || code === "d" || code === "wk" || code === "mo") return t(`unit.${code}`);
  return code
    .replace(/10\*(\d+)/g, (_, power: string) => `10${SUPERSCRIPTS[power] ?? `^${power}`}`)
    .replace(/\bu(?=[A-Za-z])/g, "µ")
    .replace("log10(", "log₁₀(");
}

export const withUnit = (text: string, code: string) => `${text} ${showUnit(code)}`.trim();
