// Loads the script of copies where a copy may be kept, and on the page about
// them. The line about copies stands in the foot of every page:
//
//   <p data-keep="…/offline.js"><a href="…/es/keep/#keep">…</a></p>
//
// That its link was pressed is told to the next page in window.name: an address
// alone, which could stand anywhere, makes nobody keep anything.

const keep = document.querySelector<HTMLElement>("[data-keep]");

if (keep && navigator.serviceWorker && typeof CompressionStream === "function") {
  addEventListener("click", ({ target }) => {
    if (target instanceof HTMLAnchorElement && target.hash === "#keep") window.name = "keep";
  });
  if (navigator.serviceWorker.controller || document.querySelector(".offline")) {
    const script = document.createElement("script");
    script.src = keep.dataset.keep!;
    document.head.append(script);
  }
}
