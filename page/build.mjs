// Builds the page into the folder that the Python package ships: index.html, one script, one style sheet.
// The names hold a hash of the content, so that a browser may keep a file for ever.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const target = process.argv[2] ?? "../functions/medmaas/page";

const { metafile } = await build({
  entryPoints: ["src/main.tsx", "src/style.css"],
  outdir: join(target, "files"),
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  splitting: true, // what is imported when it is needed is a file of its own
  alias: { "smiles-drawer": "./smiles-drawer.mjs" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2023",
  charset: "utf8",
  legalComments: "none", // licences.txt holds them whole
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

// What the licences of the bundled packages ask for: that they go wherever the code goes.
const packages = Object.keys(metafile.inputs).flatMap(
  (path) => /^node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[0] ?? [],
);
const describe = async (folder) => JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
const licences = [...new Set(packages)].sort().map(async (folder) => {
  const { name, version, license } = await describe(folder);
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), "utf8") : "";
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
});
await writeFile(join(target, "files", "licences.txt"), (await Promise.all(licences)).join("\n\n"));
