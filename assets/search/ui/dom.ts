// What the search page's script uses of the first's interface.

import type * as nodes from "./node.ts";
import type { late } from "./turn.ts";

type Dom = typeof nodes & { late: typeof late };

export let dom: Dom;

export function borrow(from: Dom): void {
  dom = from;
}
