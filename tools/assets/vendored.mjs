// Writes what was made of which packages, and the licences of these: node vendored.mjs ROOT
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const root = process.argv[2];
const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url)));
const { made } = read("package.json");
const { packages } = read("package-lock.json");

function described(name) {
  const { version, license } = packages[`node_modules/${name}`];
  return { name, version, licence: license };
}

// A package without a file of its licence has it here, in licences/.
function text(name) {
  const folder = new URL(`node_modules/${name}/`, import.meta.url);
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return readFileSync(new URL(file ?? `../../licences/${name}.txt`, folder), "utf-8").trim();
}

function licence(name) {
  const { version, licence: short } = described(name);
  return `${name} ${version} (${short})\n\n${text(name)}\n`;
}

const listed = Object.entries(made).map(([file, names]) => {
  const sha256 = createHash("sha256").update(readFileSync(`${root}/${file}`)).digest("hex");
  return { file, sha256, packages: names.map(described) };
});
// What only tests use has its licence in itself, and is not sent to anybody.
const sent = Object.entries(made).filter(([file]) => file.startsWith("endpoint/"));
const names = [...new Set(sent.flatMap(([, packages]) => packages))].sort();
writeFileSync(`${root}/tools/assets/vendored.json`, `${JSON.stringify(listed, null, 2)}\n`);
writeFileSync(`${root}/endpoint/static/licences.txt`, names.map(licence).join(`\n${"-".repeat(80)}\n\n`));
