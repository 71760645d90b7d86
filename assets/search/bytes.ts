// Numbers, columns and strings of the files (see generator/search/search.go).
// What is cut short or runs over throws.

export function broken(): never {
  throw new Error("broken-file");
}

// utf8 reads text of which each character is a byte. Browsers have a decoder,
// but not every engine of scripts.
function utf8(bytes: string): string {
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : decodeURIComponent(escape(bytes));
}

const step = 8192; // arguments that a call may have

/** A Reader takes values off a file, from a place on. */
export class Reader {
  private text: string | undefined;

  constructor(
    private data: Uint8Array,
    public at = 0,
  ) {
    if (at > data.length) broken();
  }

  number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.data[this.at++];
      if (byte === undefined) return broken();
      value += (byte & 127) * unit;
      if (value > 0xffffffff) broken();
      if (byte < 128) return value;
      if (unit > 1e8) broken();
    }
  }

  column(n: number): Uint32Array {
    // Each number has a byte, so nobody can make us reserve more than a file is long.
    if (n > this.data.length - this.at) broken();
    const column = new Uint32Array(n);
    for (let i = 0; i < n; i++) column[i] = this.number();
    return column;
  }

  take(n: number): Uint8Array {
    if (n > this.data.length - this.at) broken();
    return this.data.subarray(this.at, (this.at += n));
  }

  // bytes are characters: much faster than one array for each string.
  private bytes(n: number): string {
    const { data } = this;
    if (n > data.length - this.at) broken();
    if (this.text === undefined) {
      this.text = "";
      for (let i = 0; i < data.length; i += step) {
        this.text += String.fromCharCode.apply(null, data.subarray(i, i + step) as unknown as number[]);
      }
    }
    return this.text.slice(this.at, (this.at += n));
  }

  string(n = this.number()): string {
    return utf8(this.bytes(n));
  }

  /** all is what is left, as text. */
  all(): string {
    return this.string(this.data.length - this.at);
  }

  /** eachKey reads a list of keys, each written as what differs from the one before. */
  *eachKey(): Generator<string, void> {
    const n = this.number();
    const shared = this.column(n);
    const rest = this.column(n);
    let before = "";
    let bytes = "";
    for (let i = 0; i < n; i++) {
      if (shared[i]! > bytes.length || shared[i]! + rest[i]! > longestKey) broken();
      bytes = bytes.slice(0, shared[i]) + this.bytes(rest[i]!);
      const key = utf8(bytes);
      if (key <= before) broken();
      yield (before = key);
    }
  }

  end(): void {
    if (this.at !== this.data.length) broken();
  }
}

const longestKey = 256; // 64 code points
