// The preview's script, never part of a published site. It listens to the
// program: <script src="…/serve.js" data-style="…/serve.css" data-events="/events">.
//
//   reload   the site has changed
//   faults   [{"place": …, "message": …, "hint": …}] to be shown over the page
//   ok       no fault is left

import "./styles/faults.css";

interface Fault {
  place: string;
  message: string;
  hint: string;
}

const { style, events: address } = (document.currentScript as HTMLScriptElement).dataset;
let styled = false;
let overlay: HTMLElement | undefined;

// addStyle brings the style of the overlay, which a page without faults need
// not wait for.
function addStyle(): void {
  if (styled) return;
  styled = true;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = style!;
  document.head.append(link);
}

function part(name: string, text: string): HTMLElement {
  const line = document.createElement("p");
  line.className = name;
  line.textContent = text;
  return line;
}

function show(faults: Fault[]): void {
  clear();
  addStyle();
  overlay = document.createElement("div");
  overlay.className = "faults";
  overlay.setAttribute("role", "alert");
  for (const fault of faults) {
    const item = document.createElement("div");
    item.className = "faults-item";
    item.append(part("faults-place", fault.place), part("faults-message", fault.message));
    if (fault.hint) item.append(part("faults-hint", fault.hint));
    overlay.append(item);
  }
  document.body.append(overlay);
}

function clear(): void {
  if (overlay) overlay.remove();
}

/**
 * renew writes the page's new state in the place of the old one. It is parsed
 * and its scripts run as in a reload, but the browser need not make another
 * page first. The new one's script listens again.
 */
async function renew(): Promise<void> {
  events.close();
  const page = await fetch(location.href).catch(() => undefined);
  if (!page || !page.ok || page.redirected) return location.reload();
  const text = await page.text();
  const height = scrollY;
  document.open(); // no listener of the old state is left
  addEventListener("load", () => {
    scrollTo(0, height);
    performance.mark("renewed"); // for who measures it
  });
  document.write(text);
  document.close();
}

const events = new EventSource(address!);
events.addEventListener("reload", () => void renew());
events.addEventListener("faults", (event) => show(JSON.parse(event.data)));
events.addEventListener("ok", clear);
