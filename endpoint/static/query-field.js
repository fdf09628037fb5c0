// Puts the editor in the place of the field for a query as soon as somebody wants to write there, or has made a mistake.
const field = document.querySelector("textarea[data-editor]");
const mount = async () => (await import(field.dataset.editor)).edit(field);
if (field.dataset.line) mount();
else field.addEventListener("focus", mount, { once: true });
