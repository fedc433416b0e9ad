import { createPrivateKey } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { decoyText, verifyInVain } from '../../../lib/identity/saml/decoy.ts';
import { readPlaintext } from '../../../lib/identity/saml/read-message.ts';
import { readSignature } from '../../../lib/identity/saml/signature-shape.ts';
import { MESSAGE_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
import type { XmlElement } from '../../../lib/identity/saml/xml-tree.ts';
import { privateKey, response, unsignedAssertion } from './idp.ts';
import { counted } from './work.ts';

function rootOf(text: string): XmlElement {
  const reading = readXml(text, MESSAGE_RULES);
  if (!reading.ok) throw new TypeError(text);
  return reading.value;
}

/** The decoy as it is read in the place of an encrypted assertion. */
function decoy(characters: number): XmlElement {
  const reading = readPlaintext(decoyText(characters), rootOf(response('')));
  if (!reading.ok) throw new TypeError(JSON.stringify(reading.refusal));
  return reading.value;
}

it.each([0, 1000, 3000, 10_000, 76_000])('a decoy of %d characters is about so long, and can be read', (characters) => {
  const text = decoyText(characters);
  expect(Math.abs(text.length - Math.max(characters, decoyText(0).length))).toBeLessThan(40);
  expect(decoy(characters).local).toBe('Assertion');
});

it('a decoy has nothing to fill it where what it stands for is shorter than it', () => {
  const advice = (characters: number) => decoy(characters).children.at(-1)?.children.length;
  expect([0, 1, 500].map(advice)).toEqual([0, 0, 0]);
  expect(advice(10_000)).toBeGreaterThan(300);
});

it('a decoy has a signature of an RSA key of 2048 bits, with a shape as good as any', () => {
  const assertion = decoy(5000);
  const [, signature] = assertion.children;
  const shape = signature === undefined ? null : readSignature(signature, assertion, 'refuse');
  expect(shape).toMatchObject({
    algorithm: { key: 'rsa', hash: 'sha256' },
    reference: { hash: 'sha256', inclusive: [] },
  });
  expect(shape?.value.length).toBe(256);
});

it('a signature is verified in vain with as much work as in earnest', async () => {
  const keys = [createPrivateKey(privateKey('sp'))];
  const cost = async (assertion: XmlElement, ring = keys): Promise<number> =>
    (await counted(async () => verifyInVain(assertion, ring))).operations;
  const assertion = decoy(0);
  const [, signature] = assertion.children;
  if (signature === undefined) throw new TypeError('no signature');
  const reading = await counted(async () => readSignature(signature, assertion, 'refuse'));
  expect(await cost(assertion)).toBeGreaterThanOrEqual(reading.operations);
  expect(await cost(assertion, [])).toBeLessThan(20);
  expect(await cost(rootOf(unsignedAssertion()))).toBeLessThan(20);
});
