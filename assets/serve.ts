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

const events = new EventSource(address!);
events.addEventListener("reload", () => location.reload());
events.addEventListener("faults", (event) => show(JSON.parse(event.data)));
events.addEventListener("ok", clear);
