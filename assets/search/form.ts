// How a word is written in the dictionary.

/** lower writes a word in lower case, one character for each; with σ for ς. */
export function lower(word: string): string {
  let text = "";
  // Character by character: "İ" becomes two in scripts, and "Σ" one or another.
  for (const char of word) text += String.fromCodePoint(char.toLowerCase().codePointAt(0)!);
  return text.replace(/ς/g, "σ");
}

/** slug is the part of an address that is made from a title. */
export function slug(title: string): string {
  return fold(lower(title)).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

const folds: { [letter: string]: string } = { æ: "ae", œ: "oe", ß: "ss", ø: "o", ł: "l", đ: "d", ı: "i", "’": "'" };

/** fold takes the accents away from a form: its key. */
export function fold(form: string): string {
  return form
    .normalize("NFD")
    .replace(/[\u0300-\u036f\u0640\u064b-\u065f\u0670]/g, "")
    .replace(/[æœßøłđı’]/g, (letter) => folds[letter]!);
}
