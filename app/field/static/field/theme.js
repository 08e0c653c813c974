// Night and sunlight: applied before the first paint, kept on this phone. A plain script, not a module.
(() => {
  const KEY = "wangge-theme";
  const night = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto";
    }
  };

  function apply() {
    const choice = kept();
    const theme = choice === "auto" ? (night.matches ? "dark" : "light") : choice;
    document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  }

  apply();
  night.addEventListener("change", apply);
  addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-theme-choice]");
    if (!button) return;
    localStorage.setItem(KEY, button.dataset.themeChoice);
    apply();
  });
})();
