// Results as lists of links, and what is said about the words that were meant.

import type { Plan, Ranking, SearchIndex, Shown } from "../index.ts";
import { dom } from "./dom.ts";
import type { Inside } from "./node.ts";

/** Found is what a search in an index gives; without words there is no plan. */
export interface Found {
  index: SearchIndex;
  lang: string;
  plan: Plan | null;
  ranking: Ranking;
  shown: Shown[];
}

function card(shown: Shown, found: Found, base: string): HTMLElement {
  const plan = found.plan;
  const text = (s: string): Inside[] => (plan ? dom.marked(found.index.mark(plan, s)) : [s]);
  const link = dom.inLanguage(dom.node("a", "", ...text(shown.title)), shown.lang);
  const labels = shown.labels.slice(1);
  const item = dom.node("li", "card", dom.node("p", "eyebrow", dom.aboutOf(shown)), dom.node("h3", "card-title", link));
  link.href = new URL(shown.address, base).href;
  item.append(dom.inLanguage(dom.node("p", "card-summary", ...text(shown.summary)), shown.lang));
  if (labels.length) item.append(dom.node("p", "marks", ...labels.map((label) => dom.node("span", "label", label))));
  return item;
}

/** showHits lists the results: those with all words, a line, those with some. */
export function showHits(list: HTMLElement, found: Found, some: string, base: string): void {
  const ranking = found.ranking;
  list.textContent = "";
  found.shown.forEach((shown, i) => {
    if (i && i === ranking.total) list.append(dom.node("li", "find-some", ...dom.fill(some, String(ranking.more))));
    list.append(card(shown, found, base));
  });
}

/** showNotes tells which words were taken for others, and which lead to nothing. */
export function showNotes(place: HTMLElement, plan: Plan | null, words: DOMStringMap, literally: (word: string) => void): void {
  place.textContent = "";
  if (!plan) return;
  for (const pair of plan.corrected) {
    const instead = dom.node("button", "", ...dom.fill(words.instead!, pair[0]));
    instead.type = "button";
    instead.addEventListener("click", () => literally(pair[0]));
    place.append(dom.node("p", "", ...dom.fill(words.corrected!, dom.node("strong", "", pair[1]), pair[0]), " ", instead));
  }
  if (plan.unknown.length) place.append(dom.node("p", "", ...dom.fill(words.unknown!, plan.unknown.join(", "))));
}

/** showRest lists what only other languages have, each under its name. */
export function showRest(place: HTMLElement, rests: Found[], untranslated: string, base: string): void {
  place.textContent = "";
  for (const found of rests) {
    if (!found.ranking.total) continue;
    const named = document.querySelector(`[data-languages] [lang="${found.lang}"]`);
    const language = dom.inLanguage(dom.node("span", "", named ? named.textContent! : found.lang), found.lang);
    const heading = dom.node("h2", "", ...dom.fill(untranslated, language), " ", dom.node("span", "count", String(found.ranking.total)));
    place.append(heading, dom.node("ol", "cards", ...found.shown.map((shown) => card(shown, found, base))));
  }
}
