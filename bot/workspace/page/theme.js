/* Sets the colours before the first paint: the stored choice, else what the system prefers. */
document.documentElement.dataset.theme =
  localStorage.getItem("workspace.theme") ||
  (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
