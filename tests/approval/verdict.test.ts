import { describe, expect, it } from '@jest/globals';
import { readVerdict } from '../../lib/approval/verdict.ts';

const read = (verdict: unknown) => readVerdict(Buffer.from(JSON.stringify(verdict)));

describe('the reason of a verdict', () => {
  it.each([
    ['text of any alphabet, in lines', 'ticket 12:\r\n\tfür alle 👩‍👩‍👧'],
    ['1,000 characters', 'a'.repeat(1_000)],
  ])('is %s', (_, reason) => {
    expect(read({ decision: 'approve', reason })).toEqual({ ok: true, value: { decision: 'approve', reason } });
  });

  it.each([undefined, null, '', ' \n', '\u200b', ' '.repeat(9)])('is none where nobody sees one: %j', (reason) => {
    expect(read({ decision: 'deny', reason })).toEqual({ ok: true, value: { decision: 'deny', reason: null } });
  });

  it.each([
    ['longer than 1,000 characters', 'a'.repeat(1_001)],
    ['with what steers a terminal', 'a\u001b[2Jb'],
    ['with what turns the direction of text', 'a\u202eb'],
    ['a number', 1],
  ])('is refused: %s', (_, reason) => {
    expect(read({ decision: 'deny', reason })).toMatchObject({ ok: false, refusal: { reason: 'parameter_invalid' } });
  });
});
