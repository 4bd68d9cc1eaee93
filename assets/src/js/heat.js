// A heat map is 168 links: Tab reaches one of them, arrows move among the rest.
export function heat(root) {
  for (const grid of root.querySelectorAll?.(".heat") ?? []) {
    const cells = [...grid.querySelectorAll("a, b")];
    const links = cells.filter((cell) => cell.href);
    links.forEach((cell, index) => (cell.tabIndex = index ? -1 : 0));
    grid.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 24, ArrowUp: -24 }[event.key];
      if (!by) return;
      event.preventDefault();
      let at = cells.indexOf(event.target) + by;
      while (cells[at] && !cells[at].href) at += by;
      if (!cells[at]) return;
      event.target.tabIndex = -1;
      cells[at].tabIndex = 0;
      cells[at].focus();
    });
  }
}
