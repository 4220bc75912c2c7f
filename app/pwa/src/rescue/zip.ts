/**
 * A ZIP without compression, made of parts that stay where they are: a file of 300 photos is a list of references, and only one
 * photo at a time is in memory, to be hashed. Libraries for this copy every byte through a stream instead.
 */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** 1 January 1980, the first day that the format knows: when it was made stands inside. */
const DAY = 0x0021;

interface Entry {
  readonly name: Uint8Array<ArrayBuffer>;
  readonly crc: number;
  readonly size: number;
  readonly begins: number;
}

export class Zip {
  readonly #parts: BlobPart[] = [];
  readonly #entries: Entry[] = [];
  #size = 0;

  /** Bytes so far, without the directory. */
  get size(): number {
    return this.#size;
  }

  get entries(): number {
    return this.#entries.length;
  }

  /** Add a file of a name not used before; `bytes` are what `content` holds. */
  add(name: string, content: Blob, bytes: Uint8Array): void {
    const entry: Entry = { name: new TextEncoder().encode(name), crc: crc32(bytes), size: bytes.length, begins: this.#size };
    this.#entries.push(entry);
    this.#put(record(LOCAL, entry, [VERSION, 0, 0, 0, DAY]));
    this.#put(entry.name);
    this.#parts.push(content);
    this.#size += entry.size;
  }

  addText(name: string, text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.add(name, new Blob([bytes]), bytes);
  }

  finish(): Blob {
    const begins = this.#size;
    for (const entry of this.#entries) {
      this.#put(record(CENTRAL, entry, [VERSION, VERSION, 0, 0, 0, DAY]));
      this.#put(entry.name);
    }
    const end = new DataView(new ArrayBuffer(22));
    end.setUint32(0, END, true);
    end.setUint16(8, this.#entries.length, true);
    end.setUint16(10, this.#entries.length, true);
    end.setUint32(12, this.#size - begins, true);
    end.setUint32(16, begins, true);
    this.#put(new Uint8Array(end.buffer));
    return new Blob(this.#parts, { type: 'application/zip' });
  }

  #put(bytes: Uint8Array<ArrayBuffer>): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }
}

/** A header of the local or the central kind: `words` of 16 bits, then what both say of the content. */
function record(mark: number, { name, crc, size, begins }: Entry, words: readonly number[]): Uint8Array<ArrayBuffer> {
  const central = mark === CENTRAL;
  const view = new DataView(new ArrayBuffer(central ? 46 : 30));
  view.setUint32(0, mark, true);
  words.forEach((word, at) => view.setUint16(4 + 2 * at, word, true));
  let at = 4 + 2 * words.length;
  for (const number of [crc, size, size]) {
    view.setUint32(at, number, true);
    at += 4;
  }
  view.setUint16(at, name.length, true);
  if (central) view.setUint32(42, begins, true);
  return new Uint8Array(view.buffer);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
