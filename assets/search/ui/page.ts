// The search page: its state, one search after the other, and what the reader
// does.

import type { Facet, Manifest, Plan, SearchIndex } from "../index.ts";
import { facetPanel, showChips } from "./facets.ts";
import type { Panel } from "./facets.ts";
import { borrow, dom } from "./dom.ts";
import { showHits, showNotes, showRest } from "./results.ts";
import type { Found } from "./results.ts";
import { first, further, isKept, keepState, linkTo, readState, toggle } from "./state.ts";
import type { State } from "./state.ts";

const few = 10;
const handOver = "find:"; // as elements/search-loader.ts has it

type Open = (dir: string) => SearchIndex;

/** Answer is all that the page shows of one search. */
interface Answer extends Found {
  facets: Facet[];
  rests: Found[];
}

/** search asks the index, and the rest indexes when it has little. */
async function search(index: SearchIndex, state: State, typing: boolean, open: Open): Promise<Answer> {
  const plan = state.words.trim() ? await index.resolve(state.words, typing) : null;
  const byDate = isByDate(state, plan);
  const ranking = await index.rank(plan, state.filters);
  const hits = ranking.top(state.shown, byDate ? "date" : "score");
  const shown = await index.records(hits.map((hit) => hit.doc));
  const manifest = await index.open();
  const rests = plan && ranking.total < few ? await Promise.all(manifest.rest.map((rest) => searchRest(open(rest.dir), rest, state))) : [];
  return { index, lang: manifest.lang, plan, ranking, shown, rests, facets: await index.facets() };
}

function searchRest(index: SearchIndex, named: Manifest["rest"][0], state: State): Promise<Found> {
  return index.attempt(async () => {
    const plan = await index.resolve(state.words, false);
    const ranking = await index.rank(plan, Object.keys(state.filters).length ? state.filters : undefined);
    const hits = ranking.top(Math.min(few, ranking.total));
    return { index, lang: named.lang, plan, ranking, shown: await index.records(hits.map((hit) => hit.doc)) };
  });
}

// Without words there is nothing to be relevant to.
function isByDate(state: State, plan: Plan | null): boolean {
  return state.order === "date" || !plan;
}

/** A View shows answers on the page. */
function view(main: HTMLElement, base: string) {
  const part = <E extends HTMLElement>(selector: string) => main.querySelector<E>(selector)!;
  const words = main.dataset;
  const list = part("ol.cards");
  const order = part<HTMLSelectElement>("select");
  let panel: Panel | undefined;

  function tell(text: string, empty: boolean): void {
    part(".find-count").textContent = text;
    part(".find-ways").hidden = !empty;
  }

  return {
    part,
    order,
    show(answer: Answer, state: State, act: { field: HTMLInputElement; choose: (facet: string, code: string) => void; clear: () => void; literally: (word: string) => void }): void {
      const ranking = answer.ranking;
      const all = ranking.total + ranking.more;
      const empty = !all && !answer.rests.some((found) => found.ranking.total);
      panel = panel || facetPanel(part(".facets"), answer.facets, act.choose);
      panel(state.filters, ranking.counts);
      showChips(part(".chips"), { facets: answer.facets, filters: state.filters, words, choose: act.choose, clear: act.clear, instead: act.field });
      showHits(list, answer, words.some!, base);
      showNotes(part(".find-notes"), answer.plan, words, act.literally);
      showRest(part(".find-rest"), answer.rests, words.untranslated!, base);
      const counted = ranking.total || !ranking.more ? words.results! : words.some!;
      tell(empty ? words.none! : dom.fill(counted, (ranking.total || ranking.more).toLocaleString(document.documentElement.lang)).join(""), empty);
      part(".find-empty").hidden = !empty;
      part(".find-try-filters").hidden = !Object.keys(state.filters).length;
      part(".finds").hidden = false;
      part(".find-more>button").hidden = answer.shown.length >= all;
      order.value = state.order;
      order.parentElement!.hidden = !answer.plan || !all;
      part("[data-copy]").dataset.value = linkTo(state);
    },
    fail(): void {
      tell(words.failed!, true);
      part(".finds").hidden = part(".find-empty").hidden = true;
    },
    links: () => list.querySelectorAll("a"),
  };
}

export function showPage(form: HTMLFormElement, index: SearchIndex, base: string, open: Open, from: Parameters<typeof borrow>[0]): void {
  borrow(from);
  const field = form.querySelector("input")!;
  const page = view(document.querySelector("main")!, base);
  let state = readState(field.value);
  let focusAt = -1; // the result that gets the focus when more are shown

  const look = dom.late(async (isLast) => {
    const answer = await index.attempt(() => search(index, state, document.activeElement === field, open));
    if (!isLast()) return;
    page.show(answer, state, { field, choose, clear, literally });
    keepState(state);
    const next = page.links()[focusAt];
    if (next) next.focus();
    focusAt = -1;
  }, page.fail);

  function changed(now: boolean): void {
    if (field.value !== state.words) first(state);
    state.words = field.value;
    look(now);
  }

  function choose(facet: string, code: string): void {
    toggle(state, facet, code);
    look(true);
  }

  function clear(): void {
    state.filters = {};
    look(true);
  }

  function literally(word: string): void {
    field.value = field.value.split(word).join('"' + word + '"');
    changed(true);
    field.focus();
  }

  field.value = state.words;
  field.addEventListener("input", () => changed(false));
  form.addEventListener("submit", () => changed(true));
  page.order.addEventListener("change", () => {
    state.order = page.order.value === "date" ? "date" : "";
    first(state);
    look(true);
  });
  page.part(".find-more>button").addEventListener("click", () => {
    focusAt = page.links().length;
    further(state);
    look(true);
  });
  addEventListener("hashchange", () => {
    if (isKept(state)) return;
    state = readState("");
    field.value = state.words;
    look(true);
  });
  unfold(page.part<HTMLDetailsElement>(".filters"));
  takeAlong(() => state.words);
  look(true);
}

/** unfold keeps the filters open where there is a column for them. */
function unfold(filters: HTMLDetailsElement): void {
  const wide = matchMedia("(min-width: 62rem)");
  const follow = () => (filters.open = wide.matches);
  follow();
  wide.addListener(follow);
}

/** takeAlong hands the words to the search page of another language. */
function takeAlong(words: () => string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-languages] a")) {
    link.addEventListener("click", (event) => {
      if (words() && !event.ctrlKey && !event.metaKey && !event.shiftKey) window.name = handOver + words();
    });
  }
}
