// The script of every page, deferred. Each import improves markup that is
// already there and works without it.

import "./elements/copy-text.ts";
import "./elements/due-date.ts";
import "./elements/help-line.ts";
import "./elements/language-switch.ts";
import "./elements/offline-loader.ts";
import "./elements/search-loader.ts";
import "./elements/table-hint.ts";
