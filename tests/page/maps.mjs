// Reads PNG maps by the page's own module: a list of files in base64 on stdin, their values on stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const page = new URL("../../page/", import.meta.url);
const { build } = createRequire(page)("esbuild");
const { outputFiles } = await build({
  absWorkingDir: fileURLToPath(page),
  entryPoints: ["src/outputs/maps.ts"],
  bundle: true,
  format: "esm",
  write: false,
});
const script = Buffer.from(outputFiles[0].contents).toString("base64");
const { readMap } = await import(`data:text/javascript;base64,${script}`);
const maps = await Promise.all(JSON.parse(readFileSync(0, "utf8")).map(readMap));
process.stdout.write(JSON.stringify(maps.map(({ values }) => [...values])));
