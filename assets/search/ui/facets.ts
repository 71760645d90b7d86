// The filters of the search page: a group of checkboxes for each facet, with
// the number of results that each would leave, and the chosen ones as buttons
// that take them away.

import type { Counts, Facet, Filters } from "../index.ts";
import { dom } from "./dom.ts";

type Toggle = (facet: string, code: string) => void;

const openAtFirst = 3;

/** A Panel shows the state of the filters. */
export type Panel = (filters: Filters, counts: Counts) => void;

export function facetPanel(place: HTMLElement, facets: Facet[], toggle: Toggle): Panel {
  const updates: Panel[] = [];
  facets.forEach((facet, nth) => {
    const list = dom.node("ul", "");
    list.setAttribute("role", "list");
    const group = dom.node("details", "facet", dom.node("summary", "", facet.label), list);
    group.open = nth < openAtFirst;
    for (const value of facet.values) {
      const code = value[0];
      const box = dom.node("input", "");
      const count = dom.node("span", "count");
      const row = dom.node("li", "", dom.node("label", "", box, dom.node("span", "", value[1], " ", count)));
      box.type = "checkbox";
      box.addEventListener("change", () => toggle(facet.id, code));
      list.append(row);
      updates.push((filters, counts) => {
        const n = (counts[facet.id] || {})[code] || 0;
        box.checked = (filters[facet.id] || []).includes(code);
        count.textContent = n.toLocaleString(document.documentElement.lang);
        row.hidden = !n && !box.checked;
        if (box.checked) group.open = true;
      });
    }
    updates.push(() => {
      group.hidden = ![...list.children].some((row) => !(row as HTMLElement).hidden);
    });
    place.append(group);
  });
  return (filters, counts) => updates.forEach((update) => update(filters, counts));
}

/** Chosen is what the list of chosen filters shows and does. */
interface Chosen {
  facets: Facet[];
  filters: Filters;
  words: DOMStringMap;
  choose: Toggle;
  clear: () => void;
  instead: HTMLElement; // gets the focus when no filter is left
}

/** showChips lists the chosen filters. */
export function showChips(list: HTMLElement, chosen: Chosen): void {
  const words = chosen.words;
  const hadFocus = list.contains(document.activeElement);
  const add = (name: string, text: string, label: string, act: () => void) => {
    const button = dom.node("button", name, text);
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    list.append(dom.node("li", "", button));
  };
  list.textContent = "";
  for (const facet of chosen.facets) {
    for (const value of facet.values) {
      if (!(chosen.filters[facet.id] || []).includes(value[0])) continue;
      add("chip", value[1], dom.fill(words.remove!, value[1]).join(""), () => chosen.choose(facet.id, value[0]));
    }
  }
  if (list.children.length > 1) add("chip-all", words.clear!, words.clear!, chosen.clear);
  list.hidden = !list.children.length;
  if (hadFocus) (list.querySelector("button") || chosen.instead).focus();
}
