import { describe, expect, it } from '@jest/globals';
import { epochSeconds, seconds } from '../../../lib/time.ts';
import { CONNECTION, token, verdict } from '../../identity/oidc/fixture.ts';
import { corpusJson } from '../corpus.ts';

type Text = string | { readonly hex: string } | { readonly repeat: readonly (string | number)[] };
interface Case {
  readonly id: string;
  readonly header: Text;
  readonly payload: Text;
  readonly validator: {
    readonly now?: number;
    readonly skew?: number;
    readonly iss?: string | null;
    readonly aud?: string | null;
    readonly expected_typ?: string | null;
    readonly ignore_typ?: boolean;
    readonly ignore_iss?: boolean;
  };
  readonly expect: 'accept' | 'reject';
}

/**
 * Tink accepts these and the broker does not: every value of aud is listed, iat is never ahead, an issuer has a name.
 */
const STRICTER_HERE = new Set(['aud-first', 'aud-second', 'iat-future-not-required', 'iss-empty-string']);

function bytesOf(text: Text): string | Buffer {
  if (typeof text === 'string') return text;
  if ('hex' in text) return Buffer.from(text.hex, 'hex');
  const [open, count, middle, close] = text.repeat;
  return `${String(open).repeat(Number(count))}${middle}${String(close).repeat(Number(count))}`;
}

/** Tink needs neither exp nor sub nor iss: what the broker needs is put before the case's own members. */
function completed(payload: string | Buffer, now: number): string | Buffer {
  if (typeof payload !== 'string') return payload;
  const needed = { iss: 'tink', sub: 's', aud: 'broker', exp: now + 500 };
  const missing = Object.entries(needed).filter(([name]) => !payload.includes(`"${name}":`));
  return payload.replace(/^\{/, `{${missing.map(([name, value]) => `"${name}":${JSON.stringify(value)},`).join('')}`);
}

describe('the claim cases of Tink', () => {
  const { cases } = corpusJson<{ readonly cases: readonly Case[] }>('jwt-claims-tink/cases.json');

  it('are all there', () => {
    expect(cases.length).toBe(53);
    expect(cases.map(({ id }) => id)).toEqual(expect.arrayContaining([...STRICTER_HERE]));
  });

  it.each(cases)('$id: $expect', async ({ id, header, payload, validator, expect: expected }) => {
    const now = validator.now ?? 1_000;
    const ownHeader = bytesOf(header);
    const jwt = token({
      headerText: typeof ownHeader === 'string' ? ownHeader.replace('HS256', 'RS256') : ownHeader,
      payloadText: completed(bytesOf(payload), now),
    });
    const connection = {
      ...CONNECTION,
      issuers: [validator.iss ?? 'tink', ...(validator.ignore_iss === true ? ['joe', 'jane'] : [])].map((issuer) => ({
        issuer,
        jwksUri: null,
      })),
      audience: [validator.aud ?? 'broker'],
      types: [
        'jwt',
        ...(validator.ignore_typ === true ? ['typeheader'] : []),
        (validator.expected_typ ?? 'jwt').toLowerCase(),
      ],
      require: [],
      principal: 'somebody',
      clockTolerance: seconds(validator.skew ?? 0),
    };
    const outcome = await verdict(jwt, { connections: [connection], now: epochSeconds(now) });
    expect(outcome === 'accepted' ? 'accept' : 'reject').toBe(STRICTER_HERE.has(id) ? 'reject' : expected);
  });
});
