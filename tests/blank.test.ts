import { describe, expect, it } from '@jest/globals';
import { verdictOf } from '../lib/approval/verdict.ts';
import { isBlank } from '../lib/blank.ts';
import { readIntent } from '../lib/http/issuance-parameters.ts';
import { accept } from '../lib/outcome.ts';
import { parseRevocation } from '../lib/revocation/request.ts';

const UNSEEN = ['', ' ', '\u00a0', '\u3000', '\u200b', '\u2060\ufeff', '\u2800', '\u3164', '\u{e0041}', ' \u00ad '];
const SEEN = ['.', ' a ', '\u200bx', '👩\u200d🔧', '要'];

describe('a text in which nobody sees anything', () => {
  it.each(UNSEEN)('%j is blank', (text) => expect(isBlank(text)).toBe(true));
  it.each(SEEN)('%j is not', (text) => expect(isBlank(text)).toBe(false));

  it.each(UNSEEN)('%j is no reason, wherever one is asked for', (reason) => {
    expect(readIntent(reason)).toEqual(accept(null));
    expect(verdictOf('approve', reason)).toEqual(accept({ decision: 'approve', reason: null }));
    const asked = Buffer.from(JSON.stringify({ scope: 'deploy-web', reason }));
    expect(parseRevocation(asked)).toMatchObject({ ok: false, refusal: { reason: 'parameter_invalid' } });
  });
});
