// Copies for reading without a network: the page about them, and what a page
// does that a copy is answered to. It comes where there is a worker, and on
// the page about copies. Nothing is loaded, stored or registered here before
// the reader has pressed for it.

import { contact } from "./offline/contact.ts";
import { folder } from "./offline/pack.ts";
import { show } from "./offline/page.ts";
import { base, read } from "./offline/store.ts";
import { bytes, fill, link, units } from "./offline/words.ts";

let control = new AbortController();
addEventListener("leave", () => control.abort());

const own = link.pathname.slice(base.length).split("/")[0]!;
const main = document.querySelector<HTMLElement>("main.offline");

/** tell changes the page of a language that is kept. */
async function tell(): Promise<void> {
  const state = await read(own);
  if (!state) return;
  // Installable: only now, since a browser may load the manifest and the icons.
  const app = document.createElement("link");
  app.rel = "manifest";
  app.href = folder(base, own) + "app.webmanifest";
  document.head.append(app);
  const update = link.cloneNode() as HTMLAnchorElement;
  link.textContent = units.dataset.kept!;
  link.hash = "";
  if (main || !state.next) return;
  const offer = document.createElement("p");
  update.textContent = units.dataset.update!;
  offer.className = "keep-offer";
  offer.setAttribute("role", "status");
  offer.append(fill(units.dataset.offer, bytes(state.next[1])) + " ", update);
  document.querySelector("main")!.prepend(offer);
}

// Without a network, or while another tab is at it, there is another time.
const asked = (navigator.serviceWorker.controller ? contact(control) : Promise.resolve()).catch(() => undefined);

void asked.then(tell);

if (main) {
  show(main, own, asked, () => {
    control.abort();
    return (control = new AbortController());
  });
}
