// The list under the search box: arrows walk it, Escape empties it. The request itself is htmx in the markup.
export function search() {
  const box = document.querySelector("#search");
  const found = document.querySelector("#found");
  if (!box || !found) return;
  const links = () => [...found.querySelectorAll("a")];
  const walk = (event) => {
    const all = links();
    if (!all.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (all[next] ?? (next < 0 ? box : all[0])).focus();
  };
  box.addEventListener("keydown", walk);
  found.addEventListener("keydown", walk);
  const empty = () => found.replaceChildren();
  box.form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    empty();
    box.focus();
  });
  document.addEventListener("click", (event) => box.form.contains(event.target) || empty());
}
