import { createPublicKey, type KeyObject } from 'node:crypto';
import { holds } from './algorithms.ts';
import { DS, EXCLUSIVE_C14N, SAML } from './names.ts';
import { outcomeOf } from './refused.ts';
import { readSignature } from './signature-shape.ts';
import type { XmlElement } from './xml-tree.ts';

/** No connection has it as its audience, and no identity provider as its name. */
const NOBODY = 'https://nobody.invalid';
const FILLING = '<a b="c">0123456789</a>';
/** As long as that of an RSA key of 2048 bits. */
const VALUE = `${'QUJD'.repeat(85)}QQ==`;

const SIGNATURE = [
  `<ds:Signature xmlns:ds="${DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${EXCLUSIVE_C14N}"/>`,
  '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_">',
  `<ds:Transforms><ds:Transform Algorithm="${DS}enveloped-signature"/><ds:Transform Algorithm="${EXCLUSIVE_C14N}"/>`,
  '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>',
  '<ds:DigestValue>QUJD</ds:DigestValue></ds:Reference></ds:SignedInfo>',
  `<ds:SignatureValue>${VALUE}</ds:SignatureValue></ds:Signature>`,
].join('');

const [HEAD, TAIL] = [
  [
    `<Assertion xmlns="${SAML}" ID="_" Version="2.0" IssueInstant="1970-01-01T00:00:00Z"><Issuer>${NOBODY}</Issuer>`,
    `${SIGNATURE}<Subject/><Conditions><AudienceRestriction><Audience>${NOBODY}</Audience></AudienceRestriction>`,
    '</Conditions><Advice>',
  ].join(''),
  '</Advice></Assertion>',
];

/**
 * An Assertion of about so many characters that nobody signed, to be read in the place of one that cannot be: so that
 * what a decryption gave cannot be told from how long its refusal took.
 */
export function decoyText(characters: number): string {
  return HEAD + FILLING.repeat(Math.max(0, Math.round((characters - HEAD.length) / FILLING.length))) + TAIL;
}

/**
 * Does the work of a signature of the assertion that does not hold, where there is nobody whose signature it could be.
 */
export function verifyInVain(assertion: XmlElement, decryptionKeys: readonly KeyObject[]): void {
  const signature = assertion.children.find(({ local }) => local === 'Signature');
  const [key] = decryptionKeys;
  if (signature === undefined || key === undefined) return;
  const shape = outcomeOf(() => readSignature(signature, assertion, 'accept'));
  if (shape.ok) holds(shape.value.algorithm, createPublicKey(key), shape.value.signedInfo, shape.value.value);
}
