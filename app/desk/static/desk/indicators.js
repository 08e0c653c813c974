// The indicators' page: printing opens every formula first, so that paper says what the screen can.

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
