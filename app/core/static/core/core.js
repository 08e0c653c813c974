// What every page may use: words and settings that the page carries, small behaviours of the frame.

/** The JSON inside `<script type="application/json" id="…">`, or `fallback` when the page has none. */
export function embedded(id, fallback = null) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : fallback;
}

/** `fill("%(n)s left", {n: 3})`: the same placeholders as in the translations of the server. */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)[sd]/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A JSON answer, or an error that carries the problem document. */
export async function getJson(url, options = {}) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, ...options });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail || answer.statusText), { status: answer.status, problem });
  }
  return answer.status === 204 ? null : answer.json();
}

function closeOnOutsideClick(event) {
  for (const open of document.querySelectorAll("details.drops[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
}

function closeOnEscape(event) {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.drops[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
    event.stopPropagation();
  }
}

/** A form that has been sent is not sent again by a second tap. */
function holdButtons(event) {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
}

/** A filter bar applies as soon as a choice is made. */
function submitOnChange(event) {
  const form = event.target.closest("form[data-apply]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=date]")) form.requestSubmit();
}

/** `data-print` on a button: the page as it is. */
function printOnClick({ target }) {
  if (target.closest("[data-print]")) print();
}

document.addEventListener("click", closeOnOutsideClick);
document.addEventListener("click", printOnClick);
document.addEventListener("keydown", closeOnEscape, true);
document.addEventListener("submit", holdButtons);
document.addEventListener("change", submitOnChange);
for (const tab of document.querySelectorAll(".tabs a[aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
