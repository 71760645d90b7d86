// What is found while words are being typed into the field of a page's head:
// an editable combobox with a list, after
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import type { SearchIndex, Shown } from "../index.ts";
import { aboutOf, fill, inLanguage, marked, node } from "./node.ts";
import type { Inside } from "./node.ts";
import { late } from "./turn.ts";

const shownWords = 3;
const shownRecords = 5;

/** An Option is a row of the list and what choosing it does. */
interface Option {
  row: HTMLElement;
  choose: () => void;
}

function set(element: HTMLElement, attributes: { [name: string]: string }): void {
  for (const name of Object.keys(attributes)) element.setAttribute(name, attributes[name]!);
}

export function suggest(form: HTMLFormElement, index: SearchIndex, base: string): void {
  const field = form.querySelector("input")!;
  const list = node("div", "suggestions");
  const status = node("span", "hidden");
  let options: Option[] = [];
  let active = -1;

  list.id = field.id + "-list";
  list.hidden = true;
  set(list, { role: "listbox", "aria-label": field.labels![0]!.textContent! });
  set(status, { role: "status" });
  set(field, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" });
  form.append(list, status);

  function show(next: Option[]): void {
    options = next;
    list.textContent = "";
    list.append(...next.map((option) => option.row));
    list.hidden = !next.length;
    set(field, { "aria-expanded": String(!list.hidden) });
    activate(-1);
  }

  function activate(at: number): void {
    active = at;
    options.forEach((option, i) => set(option.row, { "aria-selected": String(i === at) }));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else {
      set(field, { "aria-activedescendant": options[at]!.row.id });
      options[at]!.row.scrollIntoView({ block: "nearest" });
    }
  }

  function option(name: string, href: string, inside: Inside[], choose?: () => void): Option {
    const row = node("a", name, ...inside);
    row.href = href;
    row.tabIndex = -1;
    set(row, { role: "option" });
    if (choose) {
      row.addEventListener("click", (event) => {
        event.preventDefault();
        choose();
      });
    }
    return { row, choose: choose || (() => row.click()) };
  }

  function word(text: string): Option {
    return option("suggested-word", form.action, [text], () => {
      field.value = text + " ";
      field.focus();
      look();
    });
  }

  function record(shown: Shown, title: Inside[]): Option {
    const about = node("span", "suggested-about", aboutOf(shown));
    const { href } = new URL(shown.address, base);
    return option("suggested", href, [inLanguage(node("span", "suggested-title", ...title), shown.lang), about]);
  }

  const look = late(async (isLast) => {
    const text = field.value.replace(/^\s+/, "");
    if (text.trim().length < 2) return isLast() && show([]);
    const found = await index.attempt(async () => {
      const { plan, completions } = await index.read(text, true);
      const ranking = await index.rank(plan);
      const records = await index.records(ranking.top(shownRecords).map((hit) => hit.doc));
      return { plan, completions, ranking, records };
    });
    if (!isLast() || document.activeElement !== field) return;
    const head = text.slice(0, text.search(/\S*$/));
    const rows = found.completions.map((w) => head + w).filter((w) => w !== text.toLowerCase()).slice(0, shownWords).map(word);
    for (const shown of found.records) rows.push(record(shown, marked(index.mark(found.plan, shown.title))));
    if (found.records.length) rows.push(option("suggested-all", form.action, [form.dataset.all!], () => form.querySelector("button")!.click()));
    rows.forEach((row, i) => (row.row.id = list.id + i));
    show(rows);
    status.textContent = fill(form.dataset.count!, String(found.ranking.total + found.ranking.more)).join("");
  });

  field.addEventListener("input", look);
  field.addEventListener("focus", look);
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) show([]);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  field.addEventListener("keydown", (event) => {
    const last = options.length - 1;
    if (event.key === "ArrowDown" && last >= 0) activate(active < last ? active + 1 : -1);
    else if (event.key === "ArrowUp" && last >= 0) activate(active < 0 ? last : active - 1);
    else if (event.key === "Enter" && active >= 0) options[active]!.choose();
    else if (event.key === "Escape" && !list.hidden) show([]);
    else if (event.key === "Escape") field.value = "";
    else return;
    event.preventDefault();
  });
  if (document.activeElement === field) look();
}
