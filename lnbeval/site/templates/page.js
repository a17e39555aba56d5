(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const theme = document.getElementById("page-theme");
  const show = (name) => {
    if (name === "auto") delete root.dataset.theme; else root.dataset.theme = name;
    theme.textContent = `Theme: ${name}`;
    try { name === "auto" ? localStorage.removeItem("theme") : localStorage.setItem("theme", name); } catch (e) { /* private window */ }
  };
  theme.hidden = false;
  theme.textContent = `Theme: ${root.dataset.theme || "auto"}`;
  theme.addEventListener("click", () => show(themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3]));

  const code = document.getElementById("page-code");
  const cells = document.querySelectorAll("details.code");
  if (code && cells.length) {
    code.hidden = false;
    code.addEventListener("click", () => {
      const open = code.getAttribute("aria-pressed") !== "true";
      cells.forEach((cell) => { cell.open = open; });
      code.setAttribute("aria-pressed", String(open));
      code.textContent = open ? "Hide all code" : "Show all code";
    });
  }
})();
