// Choosing a category on the page: six chips, a search, the groups.
import { fill } from "wangge/core/core";
import { readCategories, recent, search } from "wangge/field/categories";

const element = (id) => document.getElementById(id);

/**
 * Bring the category section to life: `know(data)` takes the categories of the bundle, `chosen()` is one of them
 * or null; `onChoose(category)` after each choice.
 */
export function categoryPicker(words, english, onChoose) {
  let categories = [];
  let byCode = new Map();
  let frequent = [];
  let chosen = null;

  const label = (category) => (english && category.english) || category.name;

  function option(category) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "option";
    button.dataset.code = category.code;
    button.setAttribute("aria-pressed", String(category.code === chosen));
    button.textContent = label(category);
    button.addEventListener("click", () => choose(category.code, button));
    return button;
  }

  function choose(code, from = null) {
    const elsewhere = from && !element("category-chips").contains(from);
    chosen = code;
    if (elsewhere) closeSearchAndGroups();
    renderChips();
    note();
    if (elsewhere) chip(code).focus();
    onChoose(byCode.get(code));
  }

  function chip(code) {
    return element("category-chips").querySelector(`[data-code="${CSS.escape(code)}"]`);
  }

  /** The chosen one is always among the chips, first when it was not there. */
  function renderChips() {
    const codes = recent(frequent).filter((code) => byCode.has(code));
    if (byCode.has(chosen) && !codes.includes(chosen)) codes.unshift(chosen);
    const focused = document.activeElement?.dataset?.code;
    element("category-chips").replaceChildren(...codes.map((code) => option(byCode.get(code))));
    if (focused && codes.includes(focused)) chip(focused).focus();
  }

  function note() {
    const target = element("category-note");
    target.textContent = byCode.get(chosen)?.restricted ? words.restricted : "";
    target.hidden = !target.textContent;
    element("emergency").hidden = !byCode.get(chosen)?.emergency;
  }

  function closeSearchAndGroups() {
    element("category-search").value = "";
    renderFound();
    for (const group of document.querySelectorAll("#category-groups details")) group.open = false;
  }

  function renderFound() {
    const query = element("category-search").value;
    const found = search(categories, query);
    const asked = query.trim() !== "";
    element("category-found").replaceChildren(...(found.length || !asked ? found.map(option) : [nothing()]));
    element("category-found").hidden = !asked;
    element("category-groups").hidden = asked;
    element("category-chips").hidden = asked;
    element("category-count").textContent = asked ? fill(words.some, { n: found.length }) : "";
  }

  function nothing() {
    const text = document.createElement("p");
    text.className = "quiet";
    text.textContent = words.none;
    return text;
  }

  element("category-search").addEventListener("input", renderFound);
  element("category-search").addEventListener("focus", () => {
    document.querySelector(".search").scrollIntoView({ block: "start" }); // room for what is found
  });
  element("category-search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    element("category-found").querySelector("button")?.click();
  });
  for (const group of document.querySelectorAll("#category-groups details")) {
    group.addEventListener("toggle", () => {
      const box = group.querySelector(".options");
      if (!group.open) box.replaceChildren();
      else box.replaceChildren(...categories.filter((c) => c.kind === group.dataset.kind).map(option));
    });
  }

  return {
    label,
    chosen: () => byCode.get(chosen) ?? null,
    /** The categories in use; a chosen one that is no longer among them is `retired()`. */
    know(data) {
      categories = readCategories(data.items);
      byCode = new Map(categories.map((category) => [category.code, category]));
      frequent = data.frequent;
      for (const group of document.querySelectorAll("#category-groups details")) {
        const count = categories.filter(({ kind }) => kind === group.dataset.kind).length;
        group.querySelector(".count").textContent = count;
        group.hidden = !count;
      }
      renderChips();
      note();
    },
    retired: () => (chosen && categories.length && !byCode.has(chosen) ? chosen : null),
    /** For another draft: its category, or none. */
    show(code) {
      chosen = code;
      closeSearchAndGroups();
      renderChips();
      note();
    },
  };
}
