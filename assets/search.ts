// The search, loaded by elements/search-loader.ts: it brings every form of the
// page to life.

import { SearchIndex } from "./search/index.ts";
import { browserHost } from "./search/host.ts";
import { aboutOf, fill, inLanguage, marked, node } from "./search/ui/node.ts";
import { suggest } from "./search/ui/suggestions.ts";
import { late } from "./search/ui/turn.ts";

// This file lies in a folder of the site's base.
const base = new URL("..", (document.currentScript as HTMLScriptElement).src).href;
const forms = document.querySelectorAll<HTMLFormElement>("form[data-find]");
const here = document.querySelector<HTMLElement>(".find-here");
const { correct, phrase } = forms[0]!.dataset;
const host = browserHost(base + "search/", { correct, phrase, page: here ? here.dataset.page : "" });
const opened: { [dir: string]: SearchIndex } = {};
const open = (dir: string) => opened[dir] || (opened[dir] = new SearchIndex(host, dir));

for (const form of forms) {
  const index = open(form.dataset.index!);
  index.open().catch(() => {}); // asked for again with the first words
  if (here && here.contains(form)) host.other("page").then((page) => page.showPage(form, index, base, open, { aboutOf, fill, inLanguage, late, marked, node }));
  else suggest(form, index, base);
}
