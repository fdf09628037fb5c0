// Runs a query in this browser, over the dump of a year that is loaded once; a worker has the engine and the data.
const box = document.querySelector(".here");
const $ = (name) => box.querySelector(name);
const [year, field, button, state, answer] = ["select", "textarea", "button", "[role=status]", ".answer"].map($);
const asked = new URLSearchParams(location.hash.slice(1));
const { worker: address, engine, wasm } = box.dataset;
let worker;

function element(name, text, inside = []) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  made.append(...inside);
  return made;
}

function cell(term) {
  if (!term) return element("td");
  const shown = element("td");
  const link = term.type === "uri" && /^https?:/.test(term.value);
  const inner = link ? element("a", term.value) : element("span", term.value);
  if (link) inner.href = term.value;
  if (term.language) inner.lang = term.language;
  shown.append(inner);
  return shown;
}

function show({ names, rows, total }) {
  const head = element("tr", undefined, names.map((one) => element("th", one)));
  const lines = rows.map((row) => element("tr", undefined, names.map((one) => cell(row[one]))));
  const table = element("table", undefined, [element("thead", undefined, [head]), element("tbody", undefined, lines)]);
  table.className = "results";
  answer.replaceChildren(table);
  tell(box.dataset.rows.replace("%(number)s", total) + (total > rows.length ? ` (1–${rows.length})` : ""));
}

function tell(text, failed = false) {
  state.textContent = text;
  state.classList.toggle("wrong", failed);
}

function stop() {
  worker?.terminate();
  worker = undefined;
  button.disabled = false;
}

function run() {
  worker ??= new Worker(address, { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.state) return tell(box.dataset[data.state]);
    button.disabled = false;
    if (data.error) tell(data.error, true);
    else show(data);
  };
  worker.onerror = (event) => {
    stop();
    tell(event.message || box.dataset.failed, true);
  };
  button.disabled = true;
  answer.replaceChildren();
  const chosen = [...year.selectedOptions].map((one) => new URL(one.value, location).href);
  worker.postMessage({ engine, wasm, dumps: chosen, query: field.value });
}

if (asked.has("query")) field.value = asked.get("query");
if (asked.has("year")) year.value = [...year.options].find((one) => one.text === asked.get("year"))?.value ?? year.value;
button.addEventListener("click", run);
box.hidden = false;
