import { describe, expect, it } from '@jest/globals';
import { addressOf, EVERYTHING, instantsOf, readView, type View } from '../../console/view.ts';

const at = (address: string): View => readView(new URL(address, 'https://broker.example.com'));

const explain = {
  page: 'explain',
  scope: 'deploy web',
  issuance: '',
  connection: 'github',
  claims: '{"a":"#&%"}',
} as const;
const hostile = { page: 'issuances', filter: { principal: '=1+1&scope=x#\u202e' }, live: true } as const;

describe('the address of a view', () => {
  it.each<View>([
    EVERYTHING,
    { ...EVERYTHING, filter: { scope: 'demo', outcome: 'denied' }, range: { last: '7d' } },
    { ...EVERYTHING, range: { from: '2026-11-25T20:00:00Z', to: '2026-11-25T21:00:00Z' } },
    { ...hostile, range: { last: '1h' } },
    { page: 'issuance', id: 'iss_01/../?#' },
    { ...EVERYTHING, filter: { rule: 'scopes/deploy.yaml:12', intent: 'roll web' } },
    { page: 'scopes' },
    { page: 'scope', name: 'a:b/c' },
    explain,
  ])('leads back to it: %j', (view) => {
    expect(at(addressOf(view))).toEqual(view);
  });

  it('keeps claims from every server: they stand behind the fragment', () => {
    expect(new URL(addressOf(explain), 'https://broker.example.com').search).not.toContain('claims');
  });

  it.each([
    ['a range that ends before it begins', '/console?from=2026-11-25T21:00:00Z&to=2026-11-25T20:00:00Z', EVERYTHING],
    ['a time that is none', '/console?from=today&to=2026-11-25T20:00:00Z', EVERYTHING],
    ['a span that nobody offers', '/console?last=constructor', EVERYTHING],
    ['a parameter of somebody else', '/console/?utm_source=x', EVERYTHING],
    ['a word that is not live=1', '/console?live=yes', EVERYTHING],
    ['a page that there is not', '/console/users', { page: 'unknown' }],
    ['an escape that is broken', '/console/issuances/%zz', { page: 'unknown' }],
  ])('is read with %s left out', (_, address, view) => {
    expect(at(address)).toEqual(view);
  });
});

it('a span moves on with the clock, and a range of two times stands', () => {
  expect(instantsOf({ last: '1h' }, 7_200_000)).toEqual({ from: 3_600_000, to: 7_200_000 });
  const stands = { from: '1970-01-01T00:00:01Z', to: '1970-01-01T00:00:02Z' };
  expect(instantsOf(stands, 7_200_000)).toEqual({ from: 1_000, to: 2_000 });
});
