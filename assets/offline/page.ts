// The page about copies: what is kept, and the buttons to change that. Its
// words and parts are in layouts/offline.html.

import { keep } from "./keep.ts";
import { unpack } from "./pack.ts";
import { address, erase, held, look, parts, read, remove, trace } from "./store.ts";
import type { Trace } from "./store.ts";
import { bytes, day, fill, link } from "./words.ts";

const find = <E extends HTMLElement>(selector: string, from: ParentNode = document) => from.querySelector<E>(selector)!;

/** sound tells whether all parts of a copy are there and whole. It removes those that are not. */
async function sound(lang: string): Promise<boolean> {
  const state = (await read(lang))!;
  let isSound = true;
  for (const name of state.parts) {
    const part = await look(address(lang, name));
    try {
      await unpack(part!);
    } catch {
      isSound = false;
      if (part) await (await held()).delete(address(lang, name));
    }
  }
  const now = await read(lang);
  return isSound || !now || now.version !== state.version; // another tab updates it
}

/** show makes the page of the language own work. Restart gives the control of what is about to run, once asked has ended. */
export function show(main: HTMLElement, own: string, asked: Promise<unknown>, restart: () => AbortController): void {
  const words = main.dataset;
  const rows = [...main.querySelectorAll<HTMLElement>("[data-segment]")];
  const said = find(".keep-said");
  const run = find(".keep-run");
  const bar = find<HTMLProgressElement>("progress", run);
  const amount = find(".keep-amount", run);
  let control: AbortController | undefined;
  let isBusy = false;

  const rowOf = (lang: string) => rows.find((row) => row.dataset.segment === lang)!;

  function arrange(row: HTMLElement, when: string, say = when, first = "", second = ""): void {
    const state = find(".keep-state", row);
    state.textContent = fill(state.dataset[say], first, second);
    for (const button of row.querySelectorAll<HTMLElement>("[data-when]")) {
      button.hidden = !button.dataset.when!.split(" ").includes(when);
    }
  }

  async function showRow(row: HTMLElement, examine: boolean): Promise<void> {
    const lang = row.dataset.segment!;
    const state = await read(lang);
    const next = state && state.next;
    find(".keep-next", row).textContent = next ? fill(words.next, bytes(next[1])) : "";
    if (!state) {
      let there = 0;
      for (const path of await parts(lang)) there += (await (await look(path))!.blob()).size;
      arrange(row, there ? "part" : "none", undefined, bytes(there));
      return;
    }
    const { date } = state;
    arrange(row, next ? "old" : "kept", date ? "kept" : "undated", date && day(date), bytes(state.bytes));
    if (examine && !(await sound(lang))) arrange(row, "damaged");
  }

  async function showAll(examine = false): Promise<void> {
    for (const row of rows) await showRow(row, examine);
    const { quota, usage } = await navigator.storage.estimate();
    const isLasting = navigator.storage.persisted && (await navigator.storage.persisted());
    find(".keep-space").textContent = fill(words.space, bytes(usage || 0), bytes(Math.max(0, (quota || 0) - (usage || 0))));
    find(".keep-lasting").textContent = main.querySelector("[data-when~=kept]:not([hidden])") ? words[isLasting ? "lasting" : "fleeting"]! : "";
    find(".keep-room").hidden = false;
  }

  /** busy shows the bar in a row while something is done, and says how it ended. */
  async function busy(row: HTMLElement, work: (control: AbortController, report: (done: number, total: number) => void) => Promise<void>, end: string): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    control = restart();
    await asked;
    let start = 0;
    let written = 0;
    row.append(run);
    run.hidden = false;
    main.toggleAttribute("data-running", true);
    bar.removeAttribute("value");
    amount.textContent = "";
    said.textContent = words.started!;
    find("button", run).focus();
    const report = (done: number, total: number) => {
      const now = Date.now();
      start = start || now;
      bar.value = total ? done / total : 1;
      if (now - written < 500 && done < total) return;
      written = now;
      const minutes = Math.round(((now - start) / done) * (total - done)) / 60000;
      const left = now - start < 3000 ? "" : minutes < 1 ? words.moment : fill(words.minutes, String(Math.round(minutes)));
      amount.textContent = fill(words.amount, bytes(done), bytes(total)) + " " + left;
    };
    try {
      await work(control, report);
    } catch (error) {
      const { name, message } = error as Error;
      end = name === "AbortError" ? "stopped" : words[message] ? message : "broken";
    }
    isBusy = false;
    run.hidden = true;
    main.toggleAttribute("data-running", false);
    await showAll();
    said.textContent = words[end]!;
    find("button:not([hidden])", row).focus();
  }

  const keepRow = (row: HTMLElement) => busy(row, (control, report) => keep(row.dataset.segment!, control, report), "done");

  const removeRow = (row: HTMLElement) => busy(row, (control) => remove(row.dataset.segment!, control), "removed");

  async function eraseAll(): Promise<void> {
    if (control) control.abort();
    const before = await erase();
    const after = await trace();
    for (const cell of main.querySelectorAll<HTMLElement>("[data-before]")) cell.textContent = String(before[cell.dataset.before as keyof Trace]);
    for (const cell of main.querySelectorAll<HTMLElement>("[data-after]")) cell.textContent = String(after[cell.dataset.after as keyof Trace]);
    find(".keep-proof").hidden = false;
    said.textContent = "";
    await showAll();
    find(".keep-room").hidden = true; // the browser reckons later
    find(".keep-erased").textContent = words[after.caches + after.workers ? "left" : "erased"]!;
  }

  main.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    if (!button) return;
    const row = button.closest<HTMLElement>("[data-segment]")!;
    switch (button.dataset.do) {
      case "keep":
        return void keepRow(row);
      case "remove":
        return void removeRow(row);
      case "cancel":
        return control && control.abort();
      case "erase":
        return void eraseAll();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !isBusy) void showAll();
  });

  find(".keep-plain").hidden = true;
  find(".keep-here").hidden = false;
  const isHere = location.pathname === link.pathname; // or this is shown for a page that is not in the copy
  find(".keep-absent").hidden = isHere;
  const isAsked = isHere && location.hash === "#keep";
  const isPressed = window.name === "keep";
  if (isPressed) window.name = "";
  if (isAsked) history.replaceState(null, "", location.pathname);
  // A link from elsewhere is no press.
  if (isAsked && isPressed) void keepRow(rowOf(own));
  else void asked.then(() => showAll(true)).then(() => isAsked && find("button:not([hidden])", rowOf(own)).focus());
}
