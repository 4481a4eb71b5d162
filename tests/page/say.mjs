// Says sentences by the page's own module: {language, model, texts} on stdin, their parts on stdout.
import { readFileSync } from "node:fs";
import { listTerms, makeSayer } from "../../page/src/sentences.ts";

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const { language, model, texts } = JSON.parse(readFileSync(0, "utf8"));
const locales = "../../page/locales";
const { unit } = read(`${locales}/${language}.json`);
const say = makeSayer(read(`${locales}/service.${language}.json`));
const terms = listTerms(model ?? undefined, language, (code) => unit[code] ?? code);
process.stdout.write(JSON.stringify(texts.map((text) => say(text, terms))));
