import { gunzipSync, gzipSync } from 'node:zlib';

/** A part with its envelope stays below DynamoDB's 400 KB an item. */
const PART_CHARACTERS = 350_000;

/** One item of several that hold what one would not. */
interface Part {
  readonly of: number;
  readonly data: string;
}

/** Values as JSON lines, compressed, in as many texts as it takes; at least one. */
export function packLines(values: readonly unknown[]): readonly string[] {
  const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  const packed = gzipSync(lines).toString('base64');
  const of = Math.max(1, Math.ceil(packed.length / PART_CHARACTERS));
  return Array.from({ length: of }, (_, number) => {
    const part: Part = { of, data: packed.slice(number * PART_CHARACTERS, (number + 1) * PART_CHARACTERS) };
    return JSON.stringify(part);
  });
}

/** How many parts the first one says that there are. */
export const partsOf = (first: string): number => (JSON.parse(first) as Part).of;

/** The values that `packLines` was given. Throws where a part is missing or damaged. */
export function unpackLines(parts: readonly string[]): readonly unknown[] {
  const packed = parts.map((part) => (JSON.parse(part) as Part).data).join('');
  const lines = gunzipSync(Buffer.from(packed, 'base64')).toString('utf8');
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
