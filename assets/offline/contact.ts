// Asking the site, now and then, whether what is kept of it still holds. A new
// version is only offered. What was withdrawn goes without asking.

import { cost, hashOf, keep, manifest, pack, recordsOf, rows, withdrawn } from "./keep.ts";
import { states, unpack } from "./pack.ts";
import type { File, State } from "./pack.ts";
import { address, alone, base, held, read, sweep, write } from "./store.ts";

const interval = 600000;

/**
 * cut takes the files of withdrawn records out of a copy, and the version
 * before with them, and gives their paths. Where it can't write anew what is
 * left of a part, the part goes.
 */
async function cut(store: Cache, state: State, gone: Set<string>): Promise<Set<string>> {
  const paths = new Set<string>();
  const known = new Map<string, boolean>([["", false]]);
  const isGone = async ({ entry: [, , , record] }: File): Promise<boolean> => {
    if (!known.has(record)) known.set(record, gone.has(await hashOf(record)));
    return known.get(record)!;
  };
  for (const [i, name] of state.parts.entries()) {
    const part = await store.match(address(state.lang, name));
    const files = part ? await unpack(part).catch(() => undefined) : undefined;
    if (!files) continue;
    const left: File[] = [];
    for (const file of files.values()) {
      if (await isGone(file)) paths.add(file.entry[0]);
      else left.push(file);
    }
    if (left.length === files.size) continue;
    state.parts[i] = name + "x"; // no part of a version
    state.tables[Math.floor(i / rows)] = "";
    await store.put(address(state.lang, state.parts[i]!), new Response(await pack(left))).catch(() => undefined);
  }
  delete state.previous;
  await write(store, state.lang, state);
  await sweep(store, state.lang);
  return paths;
}

/**
 * ask asks about one language. It gives the paths of what was withdrawn, if
 * anything was. A version that is already offered is not looked at again.
 */
async function ask(lang: string, signal: AbortSignal): Promise<Set<string> | undefined> {
  const state = await read(lang);
  if (!state) return undefined;
  const store = await held();
  const made = await manifest(lang, signal);
  const mark = made.version + made.records;
  if (!state.next || state.next[2] !== mark) {
    const gone = withdrawn(state, await recordsOf(lang, made, state, signal));
    if (gone.size) return cut(store, state, gone);
    state.next = made.version === state.version ? undefined : [made.date, await cost(state, made, signal), mark];
  }
  state.checked = Date.now();
  await write(store, lang, state);
  return undefined;
}

/** contact asks about every language that is kept, at most every ten minutes. */
export async function contact(control: AbortController): Promise<void> {
  for (const { lang, checked } of await states(base)) {
    if (Math.abs(Date.now() - checked) < interval) continue; // clocks are set back
    const paths = await alone(control, () => ask(lang, control.signal));
    if (!paths) continue;
    const path = decodeURIComponent(location.pathname.slice(base.length));
    if (paths.has(path) || paths.has(path + "index.html")) return location.reload(); // the next page goes on
    await keep(lang, control, () => undefined);
  }
}
