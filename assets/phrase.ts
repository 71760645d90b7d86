// What phrases need of the search, and words of Han and kana. It comes as the
// index's files do (see search/host.ts).

import { pairs } from "./search/cjk.ts";
import { phrase, readPositions } from "./search/phrase.ts";

const phrases = { pairs, phrase, readPositions };

export type Phrase = typeof phrases;

window.acervoSearch!("phrase", phrases);
