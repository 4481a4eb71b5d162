// Says facts by the page's own module: {language, model, facts} on stdin, the parts of each on stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const page = new URL("../../page/", import.meta.url);
const { build } = createRequire(page)("esbuild");
const { language, model, facts } = JSON.parse(readFileSync(0, "utf8"));
Object.defineProperty(globalThis, "navigator", { value: { languages: [language] } });
const { outputFiles } = await build({
  absWorkingDir: fileURLToPath(page),
  stdin: {
    contents: 'export { say } from "./src/words"; export { speakIn } from "./src/language";',
    resolveDir: fileURLToPath(page),
    loader: "ts",
  },
  bundle: true,
  format: "esm",
  write: false,
});
const script = Buffer.from(outputFiles[0].contents).toString("base64");
const { say, speakIn } = await import(`data:text/javascript;base64,${script}`);
await speakIn(language.split("-")[0]);
process.stdout.write(JSON.stringify(facts.map((fact) => say(fact, model ?? undefined) ?? null)));
