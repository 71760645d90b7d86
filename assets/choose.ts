// Leads from an address without a language ("/", "/p/<id>/") to the page in
// the first of the reader's languages that there is. The page lists all of
// them as <a data-lang="es" href="…">, and stays as it is when none fits, unless
// there is only one.
// Nothing is stored.

import "./elements/search-loader.ts";

function hasLeft(): boolean {
  try {
    return sessionStorage.getItem("x") !== null;
  } catch {
    return false;
  }
}

function best(): HTMLAnchorElement | undefined {
  const links = new Map<string, HTMLAnchorElement>();
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-lang]")) {
    links.set(link.dataset.lang!.toLowerCase(), link);
  }
  for (const preferred of navigator.languages || [navigator.language]) {
    // es-419-x, then es-419, then es
    for (let tag = preferred.toLowerCase(); tag; tag = tag.slice(0, Math.max(0, tag.lastIndexOf("-")))) {
      const link = links.get(tag);
      if (link) return link;
    }
  }
  return links.size === 1 ? [...links.values()][0] : undefined;
}

const link = hasLeft() ? undefined : best();
if (link) {
  link.hash = location.hash;
  location.replace(link.href);
}
