import type { Keys } from './signature.ts';

/**
 * Blots the keys out of what comes back, each octet by a `*`, so that lengths stay: S3 repeats a request that it could
 * not verify, token and all, in its error, as text and as octets in hexadecimal, and an endpoint may echo anything.
 */
export class Hidden {
  readonly #needles: readonly Buffer[];
  #held: Buffer = NOTHING;

  constructor(keys: Keys) {
    this.#needles = needlesOf(keys).octets;
  }

  /** What may go on of it and of what came before; its end is held back where it may be the beginning of a key. */
  next(chunk: Buffer): Buffer {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let begun = 0;
    for (const needle of this.#needles) {
      if (all.length >= needle.length) blot(all, needle);
      begun = Math.max(begun, beginningAt(all, needle));
    }
    this.#held = all.subarray(all.length - begun);
    return all.subarray(0, all.length - begun);
  }

  /** What was held back. */
  end(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }
}

const NOTHING = Buffer.alloc(0);

/** Whether a key is in a text. */
export const hasKeys = (text: string, keys: Keys): boolean =>
  needlesOf(keys).texts.some((needle) => text.includes(needle));

/** A text without the keys. */
export const withoutKeys = (text: string, keys: Keys): string =>
  needlesOf(keys).texts.reduce((left, needle) => left.replaceAll(needle, '*'.repeat(needle.length)), text);

interface Needles {
  readonly texts: readonly string[];
  readonly octets: readonly Buffer[];
}
const made = new WeakMap<Keys, Needles>();

/** As they are, and as URLs, JSON that escapes `/`, S3's errors and dumps have them. */
function needlesOf(keys: Keys): Needles {
  const known = made.get(keys);
  if (known !== undefined) return known;
  const { secretAccessKey, sessionToken, accessKeyId } = keys;
  const plain = [secretAccessKey, sessionToken ?? '', accessKeyId].filter((text) => text.length >= 8);
  const forms = plain.flatMap((text) => {
    const hexadecimal = Buffer.from(text, 'utf8').toString('hex');
    const apart = (hexadecimal.match(/../g) ?? []).join(' ');
    return [text, encodeURIComponent(text), text.replaceAll('/', '\\/'), hexadecimal, apart];
  });
  const texts = [...new Set(forms)];
  const needles = { texts, octets: texts.map((text) => Buffer.from(text, 'utf8')) };
  made.set(keys, needles);
  return needles;
}

function blot(all: Buffer, needle: Buffer): void {
  for (let at = all.indexOf(needle); at !== -1; at = all.indexOf(needle, at + needle.length))
    all.fill('*', at, at + needle.length);
}

/** How many octets at the end may be the beginning of it. */
function beginningAt(all: Buffer, needle: Buffer): number {
  const first = needle[0] ?? 0;
  const from = Math.max(0, all.length - needle.length + 1);
  for (let at = all.indexOf(first, from); at !== -1; at = all.indexOf(first, at + 1)) {
    if (needle.compare(all, at, all.length, 0, all.length - at) === 0) return all.length - at;
  }
  return 0;
}
