// Choosing several cases of the inbox: all at once, and how many are chosen.
const form = document.getElementById("accept-many");
const boxes = [...form.elements].filter((each) => each.name === "case");
const all = form.querySelector(".pick-all");
const every = all.querySelector("input");
const count = form.querySelector("[data-picked]");

function tell() {
  const picked = boxes.filter((box) => box.checked).length;
  count.textContent = picked;
  count.hidden = picked === 0;
  every.checked = picked === boxes.length;
  every.indeterminate = picked > 0 && picked < boxes.length;
}

all.hidden = false;
every.addEventListener("change", () => {
  for (const box of boxes) box.checked = every.checked;
  tell();
});
for (const box of boxes) box.addEventListener("change", tell);
addEventListener("pageshow", tell);
tell();
