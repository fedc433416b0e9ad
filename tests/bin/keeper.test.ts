import { describe, expect, it } from '@jest/globals';
import { whenToRenew } from '../../bin/caller/keeper.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const renewedIn = (endsInSeconds: number) => {
  const Expiration = new Date(NOW + endsInSeconds * 1000).toISOString();
  const document = { Version: 1, AccessKeyId: 'A', SecretAccessKey: 's', SessionToken: 't', Expiration } as const;
  return (whenToRenew(document, NOW) - NOW) / 1000;
};

describe('credentials are renewed', () => {
  it.each([
    ['fifteen minutes before the end', 3600, 2700],
    ['half-way through half an hour', 1800, 900],
    ['half-way through less', 1798, 899],
    ['at once where one second is left', 1, 0.5],
    // By a clock that is ahead all of them have ended: each renewal is an issuance.
    ['once a minute where they end now', 0, 60],
    ['once a minute where they have ended by this clock', -1, 60],
    ['once a minute by a clock of tomorrow', -86_400, 60],
  ])('%s', (_, endsInSeconds, seconds) => {
    expect(renewedIn(endsInSeconds)).toBe(seconds);
  });
});
