// The engine and the data of a query, apart from the page, so that the page answers meanwhile.
const SHOWN = 1000;
let engine, store, loaded = "";

async function text(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes; // the server has unpacked it already
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

async function load(dumps) {
  if (loaded === dumps.join()) return;
  postMessage({ state: "loading" });
  const fresh = new engine.Store();
  for (const one of dumps) fresh.load(await text(one), { format: "application/n-triples", no_transaction: true });
  [store, loaded] = [fresh, dumps.join()];
}

function term(one) {
  if (one.termType === "NamedNode") return { type: "uri", value: one.value };
  return { type: one.termType, value: one.value ?? String(one), language: one.language };
}

function table(found) {
  if (typeof found === "boolean") return { names: ["?"], rows: [{ "?": { value: String(found) } }], total: 1 };
  const rows = found.slice(0, SHOWN).map((one) => Object.fromEntries(parts(one).map(([name, of]) => [name, term(of)])));
  return { names: [...new Set(rows.flatMap(Object.keys))], rows, total: found.length };
}

const parts = (one) =>
  one instanceof Map ? [...one] : ["subject", "predicate", "object"].map((name) => [name, one[name]]);

addEventListener("message", async ({ data }) => {
  try {
    if (!engine) {
      postMessage({ state: "starting" });
      engine = await import(data.engine);
      await engine.default({ module_or_path: data.wasm });
    }
    await load(data.dumps);
    postMessage({ state: "asking" });
    postMessage(table(store.query(data.query)));
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
});
