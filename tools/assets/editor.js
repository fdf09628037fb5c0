// The editor of SPARQL queries: CodeMirror instead of a textarea, which goes on to hold the text that the form sends.
//
// It stands in a shadow root, since CodeMirror then has its styles in constructed sheets: the pages allow no others.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const KEYWORDS = (
  "ASK SELECT CONSTRUCT DESCRIBE PREFIX BASE FROM NAMED WHERE DISTINCT REDUCED OPTIONAL UNION MINUS GRAPH FILTER BIND " +
  "VALUES EXISTS ORDER BY GROUP HAVING LIMIT OFFSET ASC DESC UNDEF COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG " +
  "LANGMATCHES DATATYPE BOUND IRI BNODE ABS ROUND CEIL FLOOR STRLEN SUBSTR UCASE LCASE CONTAINS STRSTARTS STRENDS " +
  "STRBEFORE STRAFTER CONCAT REPLACE REGEX YEAR MONTH DAY HOURS MINUTES SECONDS NOW COALESCE IF STRDT STRLANG SAMETERM " +
  "ISIRI ISBLANK ISLITERAL ISNUMERIC IN NOT AS"
).split(" ");
const OPEN_STRING = /^(?:[^"#]|"[^"]*")*"([^"]*)$/;
const FEWEST = 2;

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)", border: "1px solid var(--line)", borderRadius: ".8rem" },
  "&.cm-focused": { outline: "2px solid var(--mark)", outlineOffset: "2px" },
  ".cm-content": { fontFamily: "var(--mono)", fontSize: ".92rem", lineHeight: "1.5", caretColor: "var(--ink)", padding: ".9rem 0" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--soft)", border: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--tint)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--tint)", outline: "1px solid var(--soft)" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--soft)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".25rem .6rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--strong)", color: "var(--on-strong)" },
  ".cm-completionDetail": { color: "inherit", fontStyle: "normal" },
  ".cm-mistake": { textDecoration: "underline wavy var(--mark) 2px", textUnderlineOffset: ".2em" },
  ".cm-told": { color: "var(--mark)", fontFamily: "var(--sans)", padding: ".1rem .4rem" },
});
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: [tags.string, tags.number, tags.literal], color: "var(--mark)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--ink)", fontWeight: "600" },
]);

class Told extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }
  toDOM() {
    const line = document.createElement("div");
    line.className = "cm-told";
    line.setAttribute("role", "alert");
    line.textContent = this.text;
    return line;
  }
}

// What the server says of the query, at its place, until the text is changed.
function mistake({ line, column, message }) {
  return StateField.define({
    create(state) {
      if (!line || line > state.doc.lines) return Decoration.none;
      const row = state.doc.line(Number(line));
      const from = Math.min(row.from + Number(column) - 1, row.to);
      const length = /^[\w:?$]*/.exec(state.sliceDoc(from, row.to))[0].length || 1;
      const told = Decoration.widget({ widget: new Told(message), block: true, side: 1 }).range(row.to);
      const to = Math.min(from + length, row.to);
      return Decoration.set(from < to ? [Decoration.mark({ class: "cm-mistake" }).range(from, to), told] : [told], true);
    },
    update: (shown, change) => (change.docChanged ? Decoration.none : shown),
    provide: (field) => EditorView.decorations.from(field),
  });
}

// Names that the graph has for what is written in a string: found by the search of the site.
async function titles(context, text, address) {
  const asked = new URLSearchParams({ q: text, limit: 12 });
  const answer = await fetch(`${address}?${asked}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return null;
  const found = (await answer.json()).results.filter((one) => one.type !== "event");
  const options = found.map((one) => ({
    label: one.label,
    detail: ` ${one.type}`,
    apply(view, _, from, to) {
      const end = view.state.sliceDoc(to, to + 1) === '"' ? to + 1 : to;
      const insert = `${one.label.replace(/["\\]/g, "\\$&")}"${one.language ? `@${one.language}` : ""}`;
      view.dispatch({ changes: { from, to: end, insert }, selection: { anchor: from + insert.length } });
    },
  }));
  return { from: context.pos - text.length, options, filter: false };
}

function completer(field) {
  let known;
  const load = async () => {
    const { prefixes, terms } = await (await fetch(field.dataset.terms)).json();
    return [
      ...KEYWORDS.map((label) => ({ label, type: "keyword" })),
      ...Object.keys(prefixes).map((one) => ({ label: `${one}:`, type: "namespace", detail: ` ${prefixes[one]}` })),
      ...terms.map((one) => ({ label: one.name, type: "property", info: one.comment || undefined })),
    ];
  };
  return async (context) => {
    const before = context.state.doc.lineAt(context.pos);
    const string = OPEN_STRING.exec(before.text.slice(0, context.pos - before.from));
    if (string) return string[1].length < FEWEST ? null : titles(context, string[1], field.dataset.search);
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
      names.delete(variable.text);
      return { from: variable.from, options: [...names].map((label) => ({ label, type: "variable" })) };
    }
    const word = context.matchBefore(/[A-Za-z][\w:-]*/);
    if (!word && !context.explicit) return null;
    known ??= await load();
    return { from: word ? word.from : context.pos, options: known, validFor: /^[\w:-]*$/ };
  };
}

// What is typed over a selection. Chromium would keep its looks in a style attribute, which the pages do not allow.
const over = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty) return false;
    const typed = { userEvent: "input.type", scrollIntoView: true };
    const insert = () => view.state.update(view.state.replaceSelection(event.data), typed);
    const handled = view.state.facet(EditorView.inputHandler).some((one) => one(view, from, to, event.data, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

/** Put an editor in the place of a textarea, with the text, the selection and the focus that it has. */
export function edit(field) {
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const run = () => (field.form.requestSubmit(), true);
  const focused = document.activeElement === field;
  const keys = [{ key: "Mod-Enter", run }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap];
  const state = EditorState.create({
    doc: field.value,
    selection: { anchor: field.selectionStart, head: field.selectionEnd },
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      StreamLanguage.define(sparql),
      syntaxHighlighting(colours),
      autocompletion({ override: [completer(field)], icons: false }),
      keymap.of(keys),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": field.labels[0].textContent }),
      EditorView.updateListener.of((update) => update.docChanged && (field.value = update.state.doc.toString())),
      mistake(field.dataset),
      over,
      theme,
    ],
  });
  field.before(host);
  const view = new EditorView({ state, root, parent: root });
  view.dom.style.minHeight = `${field.offsetHeight}px`; // what is below it stays where it is
  field.hidden = true;
  document.querySelector(".mistake")?.remove(); // the editor tells it at its place
  if (focused) view.focus();
}
