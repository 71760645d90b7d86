// The script of the search page: its interface and the facets. It comes as the
// index's files do (see search/host.ts). What it uses of the search's first
// script is passed to it, so that nothing is in both.

import { loadFacets } from "./search/facets.ts";
import { showPage } from "./search/ui/page.ts";

const page = { loadFacets, showPage };

export type Page = typeof page;

window.acervoSearch!("page", page);
