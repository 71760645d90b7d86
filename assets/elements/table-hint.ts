// Marks the frames of tables that are wider than the page, so that the style
// can show that there is more: data-scrolls while something is hidden on the
// far side, and none at the end.

const frames = document.querySelectorAll<HTMLElement>(".table");

function mark(frame: HTMLElement): void {
  // scrollLeft is negative in languages that run from right to left.
  const hidden = frame.scrollWidth - frame.clientWidth - Math.abs(frame.scrollLeft);
  frame.toggleAttribute("data-scrolls", hidden > 1);
}

for (const frame of frames) {
  mark(frame);
  frame.addEventListener("scroll", () => mark(frame), { passive: true });
}
if (frames.length) addEventListener("resize", () => frames.forEach(mark));
