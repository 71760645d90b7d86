// The second script of the search: the search page, and what only some queries
// need. It comes as the index's files do (see search/host.ts). What it uses of
// the first script is passed to it, so that nothing is in both.

import { pairs } from "./search/cjk.ts";
import { loadFacets } from "./search/facets.ts";
import { near } from "./search/near.ts";
import { phrase, readPositions } from "./search/phrase.ts";
import { showPage } from "./search/ui/page.ts";

const more = { loadFacets, near, pairs, phrase, readPositions, showPage };

export type More = typeof more;

window.acervoSearch!("find", more);
