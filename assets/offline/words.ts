// Words with gaps. The words stand in the page's data attributes.

/** units is the element that has the words for sizes: the line about copies. */
export const units = document.querySelector<HTMLElement>("[data-keep]")!;

/** link leads to the page about copies. */
export const link = units.querySelector("a")!;

/** fill puts values into the gaps "#" and "%" of words. */
export function fill(words: string | undefined, first: string, second = ""): string {
  return words!.replace("#", first).replace("%", second);
}

/** bytes writes a size in decimal units. */
export function bytes(n: number): string {
  const { kb, mb, gb, decimal } = units.dataset;
  if (n < 999500) return fill(kb, String(Math.round(n / 1000)));
  const isLarge = n >= 999500000;
  const value = n / (isLarge ? 1e9 : 1e6);
  const text = value < 9.95 ? value.toFixed(1).replace(".", decimal!) : String(Math.round(value));
  return fill(isLarge ? gb : mb, text);
}

/** day writes a day given as "2026-11-29". */
export function day(date: string): string {
  const format: object = { dateStyle: "long", timeZone: "UTC" };
  return new Date(date + "T00:00:00Z").toLocaleDateString(document.documentElement.lang, format);
}
