// Prints what Comunica answers to a query: the kind of its source ("any" where it has to find that out), URL, query.
import { QueryEngine } from "@comunica/query-sparql";

const [kind, url, query] = process.argv.slice(2);
const source = kind === "any" ? url : { type: kind, value: url };
const rows = await new QueryEngine().queryBindings(query, { sources: [source] });
for (const row of await rows.toArray()) for (const [, term] of row) console.log(term.value);
