// The script of the one page that is the whole catalogue: finds words in it,
// whatever their accents and capitals. The page works without it, and shows no
// field then:
//
//   <form class="find" hidden data-count="# de %" data-none="…">
//     <input type="search"> <button data-step="-1"> <button data-step="1"> <p role="status">
//   </form>
//
// What is typed stays in the field. The way out is exit.ts, in the page's head.

import "./styles/handbook.css";

interface Hit {
  start: number;
  end: number;
}

const blocks = "p,li,dt,dd,h1,h2,h3,h4,h5,h6,td,th,figcaption,pre,blockquote,div,section";

const form = document.querySelector<HTMLFormElement>(".find")!;
const field = form.querySelector("input")!;
const status = form.querySelector<HTMLElement>("[role=status]")!;
const main = document.querySelector("main")!;
const contents = document.getElementById("x-contents")!;
const marks = document.body.appendChild(document.createElement("div"));

let text = ""; // of all nodes, folded, a line for each block
let nodes: Text[] = [];
let starts: number[] = []; // of the nodes in the text
let hits: Hit[] = [];
let current = -1;

// fold keeps the length: a place in the folded text is one in the page.
function fold(s: string): string {
  return s
    .replace(/[^\x00-\x7f]/g, (c) => c.normalize("NFD").charAt(0))
    .replace(/\s/g, " ")
    .replace(/[‘’]/g, "'")
    .toLowerCase();
}

function read(): void {
  const parts: string[] = [];
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  let block: Element | null = null;
  let length = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (contents.contains(node)) continue;
    const own = node.parentElement!.closest(blocks);
    if (own !== block) {
      parts.push("\n");
      length++;
      block = own;
    }
    nodes.push(node as Text);
    starts.push(length);
    parts.push(fold((node as Text).data));
    length += (node as Text).length;
  }
  text = parts.join("");
}

// at returns the last node that begins before or at an offset.
function at(offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}

function rangeOf(hit: Hit): Range {
  const range = document.createRange();
  const first = at(hit.start);
  const last = at(hit.end - 1);
  range.setStart(nodes[first]!, hit.start - starts[first]!);
  range.setEnd(nodes[last]!, hit.end - starts[last]!);
  return range;
}

function find(words: string): Hit[] {
  const found: Hit[] = [];
  if (words.length < 2) return found;
  const pattern = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ +/g, " +");
  const of = new RegExp(pattern, "g");
  for (let m = of.exec(text); m; m = of.exec(text)) found.push({ start: m.index, end: of.lastIndex });
  return found;
}

// shade marks all hits where the browser can do so without touching the page.
function shade(): void {
  if (typeof Highlight === "undefined" || !CSS.highlights) return;
  if (hits.length) CSS.highlights.set("found", new Highlight(...hits.slice(0, 2000).map(rangeOf)));
  else CSS.highlights.delete("found");
}

// frame draws a frame around the hit that is shown.
function frame(): void {
  marks.textContent = "";
  if (current < 0) return;
  for (const rect of rangeOf(hits[current]!).getClientRects()) {
    const box = document.createElement("div");
    box.className = "found";
    box.style.left = rect.left + scrollX + "px";
    box.style.top = rect.top + scrollY + "px";
    box.style.width = rect.width + "px";
    box.style.height = rect.height + "px";
    marks.append(box);
  }
}

function tell(): void {
  const template = hits.length ? form.dataset.count! : form.dataset.none!;
  let words = template.replace("#", String(current + 1)).replace("%", String(hits.length));
  if (hits.length) {
    const chapter = nodes[at(hits[current]!.start)]!.parentElement!.closest(".chapter");
    const title = chapter && chapter.querySelector(".h1, h1");
    if (title) words += " · " + title.textContent!.trim();
  }
  status.textContent = words;
}

function show(hit: number): void {
  current = hits.length ? (hit + hits.length) % hits.length : -1;
  if (current >= 0) {
    const range = rangeOf(hits[current]!);
    for (let e = range.startContainer.parentElement; e; e = e.parentElement) {
      if (e instanceof HTMLDetailsElement) e.open = true;
    }
    scrollTo(0, range.getBoundingClientRect().top + scrollY - innerHeight / 3);
  }
  frame();
  tell();
}

// nearest is the first hit that is not above what the reader sees.
function nearest(): number {
  const i = hits.findIndex((hit) => rangeOf(hit).getBoundingClientRect().top >= 0);
  return Math.max(0, i);
}

function search(): void {
  const words = fold(field.value).trim();
  form.classList.toggle("is-used", words.length > 1);
  hits = find(words);
  shade();
  if (words.length > 1) {
    show(hits.length ? nearest() : -1);
    return;
  }
  current = -1;
  frame();
  status.textContent = "";
}

let waiting = 0;

form.hidden = false;
field.addEventListener("focus", () => nodes.length || read());
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, 200);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    field.value = "";
    search();
  } else if (event.key === "Enter" && current >= 0) {
    show(current + (event.shiftKey ? -1 : 1));
  }
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("click", (event) => {
  const step = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-step]") : null;
  if (step && current >= 0) show(current + Number(step.dataset.step));
});
addEventListener("resize", frame);
addEventListener("toggle", frame, true);

// On paper everything is open.
let closed: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
  for (const details of closed) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
});
