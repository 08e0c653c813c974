// The brief is printed from its page.
document.querySelector("[data-print]").addEventListener("click", () => print());
