// What is searched for, and where it is kept: filters and order in the
// fragment of the address, the words in the state of the history's entry. Words
// are in an address only in a link that the reader asked for, and are taken
// out of it when such a link is followed.

import type { Filters } from "../index.ts";

export interface State {
  words: string;
  filters: Filters;
  order: "" | "date";
  shown: number;
}

const perPage = 10;
const wordsKey = "q";
const orderKey = "order";

function fragment(state: State, words: string): string {
  const parts = words ? [wordsKey + "=" + encodeURIComponent(words)] : [];
  for (const facet of Object.keys(state.filters)) parts.push(facet + "=" + state.filters[facet]!.map(encodeURIComponent).join(","));
  if (state.order) parts.push(orderKey + "=" + state.order);
  return parts.length ? "#" + parts.join("&") : "";
}

/** readState reads the address and the history; typed are words that are in the field already. */
export function readState(typed: string): State {
  const state: State = { words: "", filters: {}, order: "", shown: perPage };
  new URLSearchParams(location.hash.slice(1)).forEach((value, key) => {
    if (key === wordsKey) state.words = value;
    else if (key === orderKey) state.order = value === "date" ? "date" : "";
    else if (value) state.filters[key] = value.split(",");
  });
  const kept = history.state as { words?: string; shown?: number } | null;
  if (kept && kept.words && !state.words) {
    state.words = kept.words;
    state.shown = kept.shown || perPage;
  }
  if (typed) state.words = typed;
  return state;
}

/** keepState keeps the state in the history's entry and the filters in its address. */
export function keepState(state: State): void {
  history.replaceState({ words: state.words, shown: state.shown }, "", location.href.split("#")[0]! + fragment(state, ""));
  // The links to the other languages follow.
  dispatchEvent(new Event("hashchange"));
}

/** isKept tells whether the address has the filters of the state, and no words. */
export function isKept(state: State): boolean {
  return location.hash === fragment(state, "");
}

/** linkTo gives an address with words and filters. */
export function linkTo(state: State): string {
  return location.href.split("#")[0]! + fragment(state, state.words);
}

/** first gives the state of the first results. */
export function first(state: State): void {
  state.shown = perPage;
}

export function further(state: State): void {
  state.shown += perPage;
}

export function toggle(state: State, facet: string, code: string): void {
  const codes = state.filters[facet] || [];
  const left = codes.includes(code) ? codes.filter((other) => other !== code) : [...codes, code];
  if (left.length) state.filters[facet] = left;
  else delete state.filters[facet];
  first(state);
}
