// What a misspelt word needs of the search. It comes as the index's files do
// (see search/host.ts).

import { near } from "./search/near.ts";

const correct = { near };

export type Correct = typeof correct;

window.acervoSearch!("correct", correct);
