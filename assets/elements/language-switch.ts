// Keeps the reader in the section when the language changes: section ids are
// equal in all languages.
//
//   <nav data-languages><a href="../../en/…" hreflang="en">English</a></nav>

function follow(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-languages] a")) {
    link.hash = location.hash;
  }
}

follow();
addEventListener("hashchange", follow);
