import { isDeepStrictEqual } from 'node:util';
import { parseStrictJson } from '../../../lib/identity/strict-json.ts';
import { Finding, type FuzzTarget } from '../target.ts';

const NESTED = `{"a":${'['.repeat(31)}${']'.repeat(31)}}`;

/** Each character of an input is a byte. */
export const target: FuzzTarget = {
  name: 'strict-json',
  seeds: async () =>
    ['{"a":1,"b":[true,null,"x"],"c":{"d":-1.5e3,"\\u0065":"\\ud83d\\ude00"}}', '{}', ' {"a" : "é" }\n', NESTED].map(
      (text) => Buffer.from(text).toString('latin1'),
    ),
  check: async (input) => {
    const bytes = Buffer.from(input, 'latin1');
    const value = parseStrictJson(bytes, { maxBytes: 40_000 });
    if (value === null) return 'refused';
    const theirs: unknown = JSON.parse(bytes.toString('utf8'));
    if (!isDeepStrictEqual(value, theirs)) throw new Finding('reads another value than JSON.parse');
    if (Buffer.compare(Buffer.from(bytes.toString('utf8')), bytes) !== 0)
      throw new Finding('takes bytes that are not UTF-8');
    // What is written again and read again is the same: nothing was there twice.
    if (members(bytes.toString('utf8')) !== members(JSON.stringify(theirs))) throw new Finding('takes a member twice');
    return 'taken';
  },
};

/** How many strings are followed by a colon. */
const members = (text: string): number =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;
