// The indicators' page: printing opens every formula first, so that paper says what the screen can.

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

const opened = new Set();

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.formula:not([open])")) {
    details.open = true;
    opened.add(details);
  }
});

addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
  opened.clear();
});
