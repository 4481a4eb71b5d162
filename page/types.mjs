// Writes the types of what the service tells, of the schemas that it publishes in docs/openapi.json.
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const target = process.argv[2] ?? "src/contract.ts";
// what the page asks for; of answers, those of any model, because models come and go
const roots = [
  "Answer",
  "Catalogue",
  "DrawAnswer",
  "ErrorResponse",
  "FileAnswer",
  "Manifest",
  "PredictRequest",
  "ReadAnswer",
  "Service",
  "Units",
];
const { schemas } = JSON.parse(await readFile("../docs/openapi.json", "utf8")).components;
const types = { title: "Contract", type: "object", definitions: {} };

/** Takes a schema, and those that it refers to. */
function take(name) {
  if (name in types.definitions) return;
  types.definitions[name] = null; // so that a circle ends
  types.definitions[name] = JSON.parse(JSON.stringify(schemas[name]), refer);
}

/** A reference without its description, for which the compiler would make a type of its own. */
function refer(_, part) {
  if (!part?.$ref) return part;
  const name = part.$ref.split("/").at(-1);
  take(name);
  return { $ref: `#/definitions/${name}` };
}

for (const name of roots) take(name);
const text = await compile(types, "Contract", {
  additionalProperties: false,
  bannerComment: "// Written by types.mjs of docs/openapi.json: run make openapi.",
  ignoreMinAndMaxItems: true,
  style: { printWidth: 100 },
  unreachableDefinitions: true,
});
// what the compiler says of every type, and the empty one that held them all
const noise = [
  /(\n *\*)?\n *\* This interface was referenced by .*\n *\* via the .*/g,
  / *\/\*\*\n *\*\/\n/g,
  /export interface Contract {}\n/,
];
await writeFile(
  target,
  noise.reduce((kept, pattern) => kept.replace(pattern, ""), text),
);
