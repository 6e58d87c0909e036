/* The API's documentation in the reader's theme: the one chosen in the application, else the system's. */
const system = matchMedia("(prefers-color-scheme: dark)");

function show() {
  const chosen = localStorage.getItem("theme") ?? "auto";
  document.documentElement.classList.toggle("dark-mode", chosen === "dark" || (chosen === "auto" && system.matches));
}

show();
system.addEventListener("change", show);
addEventListener("storage", show);
