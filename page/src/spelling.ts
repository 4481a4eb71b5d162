// English as people write it: the names of a model without underscores, its units as signs.
import type { Manifest } from "./manifest";
import { listTerms, lookUp } from "./sentences";

const NAME = /(?<![\w./-])[a-z]\w*_[\w.]*\w/g;

/** A name, or a text with names in it, as the manifest spells it or without underscores. */
export function spellNames(words: Record<string, string> | undefined, text: string): string {
  const known = lookUp(words, text);
  return known ?? text.replace(NAME, (name) => lookUp(words, name) ?? name.replaceAll("_", " "));
}

/** A sentence of the service, with the names of features and units of its model spelled out. */
export function spellOut(
  model: Manifest | undefined,
  text: string,
  showUnit: (code: string) => string,
): string {
  const words = model?.translations.en;
  const { features, units } = listTerms(model, "en", showUnit);
  let spelled = text;
  for (const name of features.filter((one) => lookUp(words, one) !== undefined))
    spelled = spelled.replace(delimit(name), lookUp(words, name) ?? name);
  for (const unit of units) spelled = spelled.replace(delimit(unit, "(?<=\\d )"), showUnit(unit));
  return spellNames(words, spelled);
}

/** The word itself, not as a part of another. */
const delimit = (word: string, before = "(?<![\\w./-])") =>
  new RegExp(`${before}${word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![\\w*/])`, "g");
