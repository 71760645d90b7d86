// Loads the search when a reader is about to need it, and carries the words
// that were typed to the search page:
//
//   <form action="…/search/" data-find="…/search.js" data-correct="…/correct.js" data-phrase="…/phrase.js" data-index="es"><input><button>
//   <div class="find-here" data-page="…/search-page.js" hidden>  the form of the search page itself
//   <p class="find-plain">          what to do without it
//   <nav class="find-ways">         lists, for whom the search does not come
//
// The words are in no address: the field has no name, and window.name hands
// them over. The page that comes next takes them out of it, whatever page that
// is. "/" and Ctrl+K lead to the field.

const mark = "find:";
const supported = typeof DecompressionStream === "function";
const forms = [...document.querySelectorAll<HTMLFormElement>("form[data-find]")];
const here = document.querySelector<HTMLElement>(".find-here");

const ways = document.querySelector<HTMLElement>(".find-ways");

let loading = false;

function preload(address: string): void {
  const link = document.createElement("link");
  link.rel = "preload";
  link.as = "script";
  link.href = address;
  document.head.append(link);
}

function load(): void {
  if (loading || !supported) return;
  loading = true;
  const { find, index } = forms[0]!.dataset;
  // What the script is going to ask for comes together with it.
  preload(new URL("../search/" + index + "/manifest.js", new URL(find!, location.href)).href);
  if (here) preload(here.dataset.page!);
  const script = document.createElement("script");
  script.src = find!;
  script.onerror = () => {
    loading = false; // the next key tries again
    if (ways) ways.hidden = false;
  };
  document.head.append(script);
}

function handed(): string {
  const words = window.name.startsWith(mark) ? window.name.slice(mark.length) : "";
  if (words) window.name = "";
  return words;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

const words = handed();

for (const form of forms) {
  const field = form.querySelector("input")!;
  const own = !!here && here.contains(form);
  if (own) field.value = words;
  form.addEventListener("focusin", load);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (own) return;
    const text = field.value.trim();
    if (text) window.name = mark + text;
    location.href = form.action;
  });
}

if (here && supported) {
  here.hidden = false;
  document.querySelector<HTMLElement>(".find-plain")!.hidden = ways!.hidden = true;
  load();
}

document.addEventListener("keydown", (event) => {
  const slash = event.key === "/" && !event.ctrlKey && !event.altKey && !event.metaKey && !isWriting(event.target);
  const control = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!slash && !control) return;
  const field = forms.map((form) => form.querySelector("input")!).find((input) => input.offsetParent !== null);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
