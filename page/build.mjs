// Builds the page into the folder that the Python package ships: index.html, one script, one style sheet.
// The names hold a hash of the content, so that a browser may keep a file for ever.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const target = process.argv[2] ?? "../functions/medmaas/page";

const { metafile } = await build({
  entryPoints: ["src/main.tsx", "src/style.css"],
  outdir: join(target, "files"),
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2023",
  charset: "utf8",
  legalComments: "linked",
  metafile: true,
  write: false,
}).then(async (built) => {
  await rm(target, { recursive: true, force: true });
  await mkdir(join(target, "files"), { recursive: true });
  await Promise.all(built.outputFiles.map((file) => writeFile(file.path, file.contents)));
  return built;
});

const names = Object.keys(metafile.outputs).map((path) => basename(path));
const find = (pattern) => names.find((name) => pattern.test(name));
const html = (await readFile("index.html", "utf8"))
  .replace("main.js", find(/^main-.*\.js$/))
  .replace("style.css", find(/^style-.*\.css$/));
await writeFile(join(target, "index.html"), html);
