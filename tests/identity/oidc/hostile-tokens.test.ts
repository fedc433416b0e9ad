import { describe, expect, it } from '@jest/globals';
import { verifyJwt } from '../../../lib/identity/oidc/verify-jwt.ts';
import type { KeySource } from '../../../lib/ports/keys.ts';
import { context, NOW, verdict } from './fixture.ts';
import { GENUINE_TOKENS, HOSTILE_TOKENS } from './hostile-tokens.ts';

describe('a genuine token', () => {
  it.each(GENUINE_TOKENS)('is accepted: %s', async (_name, token) => {
    expect(await verdict(token)).toBe('accepted');
  });
});

describe('a hostile token', () => {
  it('is one of at least 100, each of its own kind', () => {
    expect(new Set(HOSTILE_TOKENS.map(([name]) => name)).size).toBe(HOSTILE_TOKENS.length);
    expect(HOSTILE_TOKENS.length).toBeGreaterThanOrEqual(100);
  });

  it.each(HOSTILE_TOKENS)('is refused: %s (%s)', async (_name, reason, token) => {
    expect(await verdict(token)).toBe(reason);
  });

  it.each(HOSTILE_TOKENS)(
    'is told no text of its own but a genuine one’s audience: %s (%s)',
    async (_, reason, token) => {
      const outcome = await verifyJwt(token, context());
      // The log is the operator's.
      const { detail = '', log: _log, ...rest } = outcome.ok ? { reason: 'accepted' } : outcome.refusal;
      const told = reason === 'audience_mismatch' ? JSON.stringify(rest) : JSON.stringify({ ...rest, detail });
      expect(told).not.toMatch(/evil|other\.example|admin|7654321/);
      expect(JSON.stringify({ ...rest, detail })).toMatch(/^[\x20-\x7e]*$/);
    },
  );

  it.each(HOSTILE_TOKENS)(
    'is told what was found, or its operator is, by public names alone: %s (%s)',
    async (_name, _reason, token) => {
      const outcome = await verifyJwt(token, context());
      const { detail, log = {} } = outcome.ok ? {} : outcome.refusal;
      const said = Object.values(log).filter((value) => value !== null && value !== '');
      expect(detail ?? said.join(' ')).not.toBe('');
      expect(said.join(' ')).not.toMatch(/admin|7654321/);
    },
  );

  const BEFORE_THE_SIGNATURE = new Set([
    'token_malformed',
    'token_too_large',
    'header_not_allowed',
    'algorithm_not_allowed',
    'issuer_unknown',
  ]);

  it.each(HOSTILE_TOKENS.filter(([, reason]) => BEFORE_THE_SIGNATURE.has(reason)))(
    'costs no look at any key: %s (%s)',
    async (_name, _reason, token) => {
      const asked: KeySource[] = [];
      await verifyJwt(token, context({ asked }));
      expect(asked).toEqual([]);
    },
  );

  const UNPROVED = new Set([
    ...BEFORE_THE_SIGNATURE,
    'key_unknown',
    'key_unusable',
    'signature_invalid',
    'requirement_not_met',
  ]);

  it.each(HOSTILE_TOKENS.filter(([, reason]) => UNPROVED.has(reason)))(
    'learns nothing of what was expected before it proved itself: %s (%s)',
    async (_name, _reason, token) => {
      const outcome = await verifyJwt(token, context({ now: NOW }));
      expect(outcome.ok ? 'accepted' : outcome.refusal.detail).toBeUndefined();
    },
  );
});
