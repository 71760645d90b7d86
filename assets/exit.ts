// The way out. A classic script in the head of every page, so that a page that
// was left is never seen again by going back:
//
//   <script src="…/exit.js"></script>
//   <a class="exit" data-exit href="https://…">…</a>
//
// Without script the link is a link.
//
// Nothing is stored until the reader leaves; then the address of the neutral
// page, for this tab alone, tells every page of the site opened in it to leave
// again.

const key = "x";
const presses = 3;
const span = 5000;

function left(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // storage is forbidden
  }
}

function blank(): void {
  document.documentElement.style.setProperty("display", "none", "important");
  document.title = "";
}

function leave(address: string): void {
  blank();
  dispatchEvent(new Event("leave")); // ends a download
  // A title that is parsed after this script would come back.
  addEventListener("DOMContentLoaded", blank);
  try {
    sessionStorage.setItem(key, address);
  } catch {
    // storage is forbidden: going back shows the page
  }
  window.name = ""; // may hold words on their way to the search
  try {
    // The address bar shows this until the neutral page is there.
    history.replaceState(null, "", "/");
  } catch {
    // file: has no neutral address of its own
  }
  const reachable = location.protocol !== "file:" && navigator.onLine && /^https?:/.test(address);
  location.replace(reachable ? address : "about:blank");
}

function leaveAgain(): void {
  const address = left();
  if (address !== null) leave(address);
}

leaveAgain();
addEventListener("pageshow", leaveAgain);

addEventListener(
  "click",
  (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("[data-exit]") : null;
    if (!link) return;
    event.preventDefault();
    leave(link.href);
  },
  true,
);

let times: number[] = [];

addEventListener(
  "keydown",
  (event) => {
    if (event.repeat) return;
    // Another key in between: the reader is writing capitals.
    times = event.key === "Shift" ? [...times, event.timeStamp].slice(-presses) : [];
    if (times.length < presses || event.timeStamp - times[0]! > span) return;
    const link = document.querySelector<HTMLAnchorElement>("[data-exit]");
    leave(link ? link.href : "about:blank");
  },
  true,
);
