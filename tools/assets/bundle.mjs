// Writes the editor of queries in one file: node bundle.mjs ROOT
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const FILE = "endpoint/static/editor.js";
const INSIDE = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;

const bundle = await build({
  entryPoints: ["editor.js"],
  outfile: `${process.argv[2]}/${FILE}`,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  metafile: true,
  banner: { js: "/*! Made by tools/assets of packages whose licences are in licences.txt beside it. */" },
});
const names = Object.keys(bundle.metafile.inputs).map((one) => INSIDE.exec(one)?.[1]);
const found = [...new Set(names.filter(Boolean))].sort();
const { made } = JSON.parse(readFileSync("package.json"));
if (found.join() !== [...made[FILE]].sort().join()) throw new Error(`package.json must say ${JSON.stringify(found)}`);
