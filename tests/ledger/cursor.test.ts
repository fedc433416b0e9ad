import { expect, it } from '@jest/globals';
import { readCursor, writeCursor } from '../../lib/ledger/cursor.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aRecord, NINE } from './a-record.ts';

const filter = { scope: 'deploy-web', from: NINE };
const place = aRecord().id;
const cursor = writeCursor(filter, place);

it('leads back to its place, however the filter is written', () => {
  expect(readCursor(filter, cursor)).toBe(place);
  expect(readCursor({ from: NINE, scope: 'deploy-web' }, cursor)).toBe(place);
});

it('has no character that a URL would encode', () => {
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
});

it.each([
  ['no filter', {}],
  ['a filter less', { scope: 'deploy-web' }],
  ['a filter more', { ...filter, outcome: 'issued' as const }],
  ['another scope', { ...filter, scope: 'deploy-api' }],
  ['the same text for another filter', { principal: 'deploy-web', from: NINE }],
  ['an earlier start', { ...filter, from: epochMilliseconds(NINE - 1) }],
])('is refused with %s', (_, other) => {
  expect(readCursor(other, cursor)).toBeNull();
});

const forged = (text: string): string => Buffer.from(text).toString('base64url');
const [version, , digest] = Buffer.from(cursor, 'base64url').toString().split('.');

it.each([
  ['is empty', ''],
  ['is no base64url', '%%%'],
  ['has padding', `${cursor}=`],
  ['has a character more', `${cursor}A`],
  ['is cut off', cursor.slice(0, -4)],
  ['names no place', forged(`${version}.iss_.${digest}`)],
  ['has another version', forged(`2.${place}.${digest}`)],
  ['has a part more', forged(`${version}.${place}.${digest}.`)],
])('is refused when it %s', (_, text) => {
  expect(readCursor(filter, text)).toBeNull();
});
