// Rows that are drawn again stay where they are read.

// The nearest part that scrolls: a table's own frame, else the page.
function scrolls(node) {
  const frame = node.closest(".scroll");
  return frame && frame.scrollHeight > frame.clientHeight ? frame : document.scrollingElement;
}

// `rows` hold children with a `data-id`. Who looks at the first of them sees what is new; else the topmost row in
// sight is in the same place after `redraw`.
export function keepPlace(rows, redraw) {
  const frame = scrolls(rows);
  const top = frame === document.scrollingElement ? 0 : frame.getBoundingClientRect().top;
  const seen = [...rows.children].find((each) => each.getBoundingClientRect().bottom > top);
  const before = seen && seen !== rows.firstElementChild ? seen.getBoundingClientRect().top : null;
  redraw();
  const again = before === null ? null : rows.querySelector(`[data-id="${CSS.escape(seen.dataset.id)}"]`);
  if (again) frame.scrollTop += again.getBoundingClientRect().top - before;
}
