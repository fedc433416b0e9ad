import { describe, expect, it } from '@jest/globals';
import { changed, encrypted, XENC } from './encrypting.ts';
import { ACS, response, signedAssertion, signedResponse } from './idp.ts';
import { atAcs, type Setting, verdict } from './verifying.ts';
import { counted } from './work.ts';

const CBC = `${XENC}aes256-cbc`;
/** The message that its sender makes expensive to read: 220 prefixes, 3,300 elements. */
const prefixes = Array.from({ length: 220 }, (_, at) => ` xmlns:p${at}="urn:p"`).join('');
const EXPENSIVE = {
  extensions: `<samlp:Extensions><x${prefixes}>${'<y xmlns=""/>'.repeat(3300)}</x></samlp:Extensions>`,
};

/** Plaintexts of about one length: an assertion that nobody here trusts, and the same with a mistake in some place. */
const ROWS = '<x a="b">0123456789</x>'.repeat(400);
const FOREIGN = signedAssertion({ advice: `<saml:Advice>${ROWS}</saml:Advice>` }, { key: 'stranger' });
const brokenAt = (share: number): string => {
  const at = FOREIGN.indexOf('0123', Math.floor(FOREIGN.length * share));
  return `${FOREIGN.slice(0, at)}<${FOREIGN.slice(at + 1)}`;
};

/** Padded to whole blocks, and then by one more, whose last octet says how long the padding is. */
const filled = (text: string): string => text + ' '.repeat(16 - (Buffer.byteLength(text) % 16));
/**
 * The whole last block is padding (0x10); this octet before it turns that to a padding of 1, or to one that is none.
 */
const RIGHT = changed(-17, 0x11);
const WRONG = changed(-17, 0x31);

const settings: readonly (readonly [string, Setting])[] = [
  ['the token endpoint', { connection: { encryption: ['gcm', 'cbc'] } }],
  ['the ACS', { at: atAcs(null), connection: { encryption: ['gcm', 'cbc'], unsolicited: true } }],
];

describe.each(settings)('at %s', (_place, setting) => {
  const destination = setting.at === undefined ? {} : { destination: ACS };
  const cost = async (assertion: string, more = {}): Promise<number> => {
    const xml = response(assertion, { ...destination, ...more });
    const { value, operations } = await counted(() => verdict(xml, setting));
    expect(value).toBe('saml_decryption');
    return operations;
  };
  const cbc = (text: string, damage?: (content: Buffer) => Buffer): string =>
    encrypted(filled(text), { cipher: CBC, ...(damage === undefined ? {} : { damage }) });

  it.each([
    ['an expensive message', EXPENSIVE],
    ['a plain one', {}],
  ])('a wrong padding costs what a right one does, to the operation: of one block in %s', async (_rule, more) => {
    // The padding of this block is eleven octets of 0x0b; a change of the IV changes the last one and nothing else.
    const block = (last: number): string => encrypted('hello', { cipher: CBC, damage: changed(15, 0x0b ^ last) });
    const [right, wrong] = [await cost(block(0x01), more), await cost(block(0x20), more)];
    expect(Math.abs(right - wrong)).toBeLessThan(10);
  });

  it('a wrong padding costs what a right one does, to the operation: of many blocks', async () => {
    const [right, wrong] = [await cost(cbc(FOREIGN, RIGHT)), await cost(cbc(FOREIGN, WRONG))];
    expect(Math.abs(right - wrong)).toBeLessThan(40);
  });

  it.each<[string, string]>([
    ['is encrypted to another', encrypted(FOREIGN, { to: ['stranger'] })],
    ['was altered', encrypted(FOREIGN, { damage: changed(40) })],
    ['has a wrong padding', cbc(FOREIGN, WRONG)],
    ['is not XML from its first character on', encrypted(`x${FOREIGN}`)],
    ['is not XML from its second tenth on', encrypted(brokenAt(0.1))],
    ['is not XML from its middle on', encrypted(brokenAt(0.5))],
    ['is not XML at its end', encrypted(`${FOREIGN}x`)],
    ['is not UTF-8', encrypted(Buffer.concat([Buffer.from(FOREIGN), Buffer.of(0xff)]))],
  ])('what %s costs about what a whole assertion of another does', async (_rule, assertion) => {
    const [whole, broken] = [await cost(encrypted(FOREIGN)), await cost(assertion)];
    expect(broken / whole).toBeGreaterThan(0.8);
    expect(broken / whole).toBeLessThan(1.25);
  });

  it('the message itself is read once, whatever is in it', async () => {
    const [plain, expensive] = [await cost(encrypted(FOREIGN)), await cost(encrypted(FOREIGN), EXPENSIVE)];
    const [nothing, alone] = [await cost(encrypted('x')), await cost(encrypted('x'), EXPENSIVE)];
    expect((expensive - plain) / (alone - nothing)).toBeCloseTo(1, 1);
  });
});

it('what the signature of a response covers is canonicalized before the decryption says for whom it is', async () => {
  const connection = { encryption: ['gcm', 'cbc'], signed: 'response' } as const;
  const cost = async (assertion: string): Promise<number> => {
    const xml = signedResponse(assertion, EXPENSIVE).replace('12:00', '12:01');
    return (await counted(() => verdict(xml, { connection }))).operations;
  };
  const [opened, closed] = [await cost(encrypted(signedAssertion())), await cost(encrypted(`${signedAssertion()}x`))];
  expect(opened / closed).toBeGreaterThan(0.9);
  expect(opened / closed).toBeLessThan(1.1);
});
