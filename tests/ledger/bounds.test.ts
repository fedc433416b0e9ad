import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundedRecord, boundedText } from '../../lib/ledger/bounds.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { aRecord } from './a-record.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('a text of a record', () => {
  it('stays as it is up to 1,024 bytes', () => {
    expect(boundedText('x'.repeat(1_024))).toBe('x'.repeat(1_024));
  });

  it('is cut one byte later, with the digest of all of it', () => {
    const text = 'x'.repeat(1_025);
    expect(boundedText(text)).toBe(`${'x'.repeat(1_024)}…sha256:${sha256(text)}`);
  });

  it('is not cut within a character', () => {
    const text = `${'x'.repeat(1_023)}€${'y'.repeat(9)}`;
    expect(boundedText(text)).toBe(`${'x'.repeat(1_023)}…sha256:${sha256(text)}`);
  });

  it('keeps the sign of a character that was none, where it is not at the cut', () => {
    const text = `a\ufffdb${'x'.repeat(1_024)}`;
    expect(boundedText(text)).toBe(`a\ufffdb${'x'.repeat(1_019)}…sha256:${sha256(text)}`);
  });

  it('stays different from every other', () => {
    expect(boundedText(`${'x'.repeat(2_000)}a`)).not.toBe(boundedText(`${'x'.repeat(2_000)}b`));
  });
});

describe('a record', () => {
  it('within bounds stays as it is', () => {
    const record = aRecord();
    expect(boundedRecord(record)).toEqual(record);
  });

  it('keeps a claim of 1,024 bytes of JSON', () => {
    const groups = 'g'.repeat(1_022);
    expect(boundedRecord(aRecord({ claims: { groups } })).claims).toEqual({ groups });
  });

  it('has a mark for a claim of one byte more', () => {
    const groups = 'g'.repeat(1_023);
    const { claims, truncated } = boundedRecord(aRecord({ claims: { groups, sha: '0a4d' } }));
    expect(claims).toEqual({
      groups: { truncated: true, bytes: 1_025, sha256: sha256(JSON.stringify(groups)) },
      sha: '0a4d',
    });
    expect(truncated).toEqual(['claims.groups']);
  });

  it('keeps at most 8 KB of claims, those that come first', () => {
    const claims = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`claim${n}`, 'v'.repeat(900)]));
    const bounded = boundedRecord(aRecord({ claims }));
    expect(bounded.claims['claim0']).toBe('v'.repeat(900));
    expect(bytesOf(bounded.claims)).toBeLessThanOrEqual(8_192 + 2);
    expect(bounded.truncated).toContain('claims.claim199');
  });

  it('keeps claims of 8,192 bytes, quotes, colons and commas counted, and marks the first beyond', () => {
    // Each of them has 1,024 bytes: a name of 4 with its quotes, a value of 1,018, a colon and a comma.
    const claims = (last: number) =>
      Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`c${n}`, 'v'.repeat(n === 7 ? last : 1_016)]));
    expect(boundedRecord(aRecord({ claims: claims(1_016) }))).toEqual(
      expect.not.objectContaining({ truncated: expect.anything() }),
    );
    const bounded = boundedRecord(aRecord({ claims: claims(1_017) }));
    expect(bounded.truncated).toEqual(['claims.c7']);
    expect(bounded.claims['c7']).toMatchObject({ truncated: true, bytes: 1_019 });
  });

  it('leaves out a claim for which there is not even room for a mark', () => {
    // A mark has 102 bytes, its name 4 and what is between them 2: 108 of what 8,192 leave.
    const claims = (room: number) => ({
      ...Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`c${n}`, 'v'.repeat(1_016)])),
      c7: 'v'.repeat(1_016 - room),
      c8: 'v'.repeat(900),
    });
    const mark = { truncated: true, bytes: 902, sha256: sha256(JSON.stringify('v'.repeat(900))) };
    const room = bytesOf(mark) + 6;
    expect(boundedRecord(aRecord({ claims: claims(room) })).claims['c8']).toEqual(mark);
    const left = boundedRecord(aRecord({ claims: claims(room - 1) }));
    expect([left.claims['c8'], left.truncated]).toEqual([undefined, ['claims.c8']]);
  });

  it('keeps of `act` who acted, and of another claim that names somebody nothing but its mark', () => {
    const long = { sub: 'client:agent', more: 'g'.repeat(1_024) };
    const { claims } = boundedRecord(aRecord({ claims: { act: { ...long, act: long }, owner: long } }));
    expect(claims['act']).toStrictEqual({ sub: 'client:agent', act: { sub: 'client:agent' } });
    expect(claims['owner']).toMatchObject({ truncated: true, bytes: JSON.stringify(long).length });
  });

  it('keeps 8,192 bytes of claims beside `act`, which takes nothing of them', () => {
    const full = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`c${n}`, 'v'.repeat(1_016)]));
    const claims = { act: { sub: 'client:agent' }, ...full };
    expect(boundedRecord(aRecord({ claims })).claims).toEqual(claims);
  });

  it('bounds the claims of an actor too', () => {
    const { principal, subject, proof } = aRecord();
    const actor = {
      connection: 'github',
      client: null,
      principal,
      subject,
      proof,
      claims: { groups: 'g'.repeat(5_000) },
    };
    expect(boundedRecord(aRecord({ actor })).truncated).toEqual(['actor.claims.groups']);
  });

  it('keeps the first 64 checks', () => {
    const checks = Array.from({ length: 65 }, (_, n) => ({
      operator: 'StringEquals',
      key: `claims.c${n}`,
      held: true,
    }));
    const bounded = boundedRecord(aRecord({ decision: { configVersion: 7, rule: 0, checks } }));
    expect(bounded.decision.checks).toEqual(checks.slice(0, 64));
    expect(bounded.truncated).toEqual(['decision.checks']);
  });

  it('cuts a user agent after 256 bytes', () => {
    const request = { id: 'r', sourceIp: '203.0.113.7', userAgent: 'u'.repeat(257) };
    const bounded = boundedRecord(aRecord({ request }));
    expect(bounded.request.userAgent?.startsWith(`${'u'.repeat(256)}…`)).toBe(true);
    expect(bounded.truncated).toEqual(['request.userAgent']);
  });

  it('keeps every scope of many', () => {
    const scope = Array.from({ length: 20 }, (_, n) => `${'s'.repeat(120)}${n}`).join(' ');
    expect(boundedRecord(aRecord({ scope })).scope).toBe(scope);
  });

  it('stays below 48 KB of JSON, whatever a proof and a caller bring', () => {
    const long = fc.string({ maxLength: 30_000 });
    fc.assert(
      fc.property(
        long,
        long,
        fc.dictionary(fc.string({ maxLength: 60 }), fc.json({ maxDepth: 3 })),
        (name, scope, claims) => {
          const request = { id: name, sourceIp: name, userAgent: name, roleSessionName: name };
          const record = aRecord({ principal: name, subject: name, intent: name, scope, claims, request });
          return bytesOf(toJson(boundedRecord(record))) < 48 * 1_024;
        },
      ),
      { numRuns: 50 },
    );
  });
});
