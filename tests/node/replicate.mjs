// Prints the newest version of each member of an event stream, as ldes-client copies it, in N-Quads.
import { intoConfig, replicateLDES } from "ldes-client";

const quote = (term) => {
  if (term.termType === "NamedNode") return `<${term.value}>`;
  if (term.termType === "DefaultGraph") return "";
  return JSON.stringify(term.value) + (term.language ? `@${term.language}` : `^^<${term.datatype.value}>`);
};
const config = intoConfig({ url: process.argv[2], materialize: true, lastVersionOnly: true });
const reader = replicateLDES(config, "descending").stream({ highWaterMark: 10 }).getReader();
for (let next = await reader.read(); !next.done; next = await reader.read())
  for (const { subject, predicate, object, graph } of next.value.quads)
    console.log([subject, predicate, object, graph].map(quote).join(" ") + " .");
