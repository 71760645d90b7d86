// Data in characters of 7 bits, as it stands in the files' strings. The
// characters that may not stand there have others for them.

const standIns = "\0\n\r\"\\";
const firstStandIn = 0xc0;

/** unpack gives the bytes of a text, and throws for what is no such text. */
export function unpack(text: string): Uint8Array {
  const data = new Uint8Array(Math.floor((text.length * 7) / 8));
  let bits = 0;
  let n = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= firstStandIn) code = standIns.charCodeAt(code - firstStandIn);
    if (!(code < 128)) throw new Error("broken-text");
    bits = ((bits << 7) | code) & 0x7fff;
    n += 7;
    if (n >= 8) {
      n -= 8;
      data[at++] = bits >> n;
    }
  }
  return data;
}
