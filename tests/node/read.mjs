// Reads a line {"format", "content"} after the other from stdin, and prints for each the statements that N3.js finds.
import { createInterface } from "node:readline";
import { Parser } from "n3";

const statement = ({ subject, predicate, object }) => [
  subject.value,
  predicate.value,
  object.value,
  object.termType === "Literal" ? object.language || object.datatype.value : "iri",
];

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { format, content } = JSON.parse(line);
  try {
    console.log(JSON.stringify(new Parser({ format, baseIRI: "urn:base" }).parse(content).map(statement)));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
