/**
 * What the front of the verification has refused before (two signatures, another element in the place of a Response) is
 * refused here once more, where the signed octets are read: these tests come in behind it.
 */
import { describe, expect, it } from '@jest/globals';
import { metadataOutcome, readMetadata } from '../../../lib/identity/saml/metadata.ts';
import type { Message } from '../../../lib/identity/saml/read-message.ts';
import type { Trust } from '../../../lib/identity/saml/signature.ts';
import { verifyAssertion, verifyResponse } from '../../../lib/identity/saml/verify-signatures.ts';
import { MESSAGE_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
import type { XmlElement } from '../../../lib/identity/saml/xml-tree.ts';
import { loadConnection } from '../../../lib/policy/connection.ts';
import { type EpochSeconds, epochSeconds } from '../../../lib/time.ts';
import {
  assertionHalves,
  metadataOf,
  NOW,
  response,
  responseHalves,
  signature,
  signedAssertion,
  signedResponse,
  unsignedAssertion,
} from './idp.ts';
import { CONNECTION } from './verifying.ts';

const IDP = metadataOutcome(readMetadata(metadataOf('idp', 'rolled')));
const AT = epochSeconds(Date.parse(NOW) / 1000);

function trust(signed: 'assertion' | 'response'): Trust {
  if (!IDP.ok) throw new Error(IDP.refusal.reason);
  return { connection: loadConnection({ ...CONNECTION, signed }), idp: IDP.value, now: AT };
}

function xml(text: string): XmlElement {
  const read = readXml(text, MESSAGE_RULES);
  if (!read.ok) throw new Error(read.refusal.reason);
  return read.value;
}

const signatureIn = ({ children }: XmlElement): XmlElement | null =>
  children.find(({ local }) => local === 'Signature') ?? null;

/** A message whose Response is an element that no reader has looked at. */
function around(element: XmlElement): Message {
  const shape = { id: '_r1', issueInstant: AT, issuer: null, destination: null, inResponseTo: null };
  return { response: { ...shape, element, signature: signatureIn(element), assertion: element }, assertion: element };
}

const ofResponse = (text: string) => {
  const outcome = verifyResponse(around(xml(text)), trust('response'));
  return outcome.ok ? outcome.value.responseSigned : outcome.refusal;
};
const ofAssertion = (text: string) => {
  const message = { response: null, assertion: xml(text) };
  const outcome = verifyAssertion({ message, responseSigned: false }, trust('assertion'));
  return outcome.ok ? outcome.value.assertion.id : outcome.refusal;
};
const noShape = (found: string) => ({ reason: 'saml_signature_shape', log: { found } });

/** The element with one signature over it all, another signature in it included. */
function twice([before, behind]: readonly [string, string], id: string): string {
  const inner = signature(before + behind, id, { key: 'stranger' });
  return before + signature(before + inner + behind, id) + inner + behind;
}

describe('the octets that the signature of a Response covers', () => {
  it('are a Response', () => {
    expect(ofResponse(signedResponse(unsignedAssertion()))).toBe(true);
    expect(ofResponse(response(unsignedAssertion()))).toEqual({ reason: 'saml_unsigned' });
  });

  it('are not taken for one where they are an Assertion', () => {
    expect(ofResponse(signedAssertion())).toEqual(noShape('the signed octets are no Response'));
  });

  it('have no signature left in them', () => {
    expect(ofResponse(twice(responseHalves(unsignedAssertion()), '_r1'))).toEqual(
      noShape('the signed octets are no Response'),
    );
  });

  it('are refused where they are neither', () => {
    const [before, behind] = responseHalves(unsignedAssertion());
    const logout = [before, behind].map((half) => half.replace('samlp:Response', 'samlp:LogoutRequest')) as [
      string,
      string,
    ];
    const text = logout[0] + signature(logout.join(''), '_r1') + logout[1];
    expect(ofResponse(text)).toMatchObject({ reason: 'saml_not_saml' });
  });
});

describe('the octets that the signature of an Assertion covers', () => {
  it('are an Assertion', () => {
    expect(ofAssertion(signedAssertion())).toBe('_a1');
    expect(ofAssertion(unsignedAssertion())).toEqual({ reason: 'saml_unsigned' });
  });

  it('are the same however the value of the signature is broken into lines', () => {
    const broken = signedAssertion().replace(/(<ds:SignatureValue>.{20})(.{40})/, '$1\r\n\t $2\n');
    expect(ofAssertion(broken)).toBe('_a1');
  });

  it('are not taken for one where they are a Response', () => {
    expect(ofAssertion(signedResponse(unsignedAssertion()))).toEqual(noShape('the signed octets are no Assertion'));
  });

  it('have no signature left in them', () => {
    expect(ofAssertion(twice(assertionHalves(), '_a1'))).toEqual(noShape('a signature in the signed octets'));
  });
});

describe('a key with a certificate that has ended and one that has not', () => {
  const { idp, ...rest } = trust('assertion');
  const [current] = idp.keys;
  if (current === undefined) throw new Error('no key');
  const ended = { ...current, notBefore: epochSeconds(0), notAfter: epochSeconds(AT - 1) };
  const message = { response: null, assertion: xml(signedAssertion()) };
  const verdict = (...keys: (typeof current)[]) => {
    const outcome = verifyAssertion({ message, responseSigned: false }, { ...rest, idp: { ...idp, keys } });
    return outcome.ok ? 'verified' : outcome.refusal.reason;
  };

  it('signs by the one that has not', () => {
    expect([verdict(ended, current), verdict(current, ended)]).toEqual(['verified', 'verified']);
    expect(verdict(ended, ended)).toBe('saml_certificate_expired');
  });

  it.each<[string, EpochSeconds, EpochSeconds, string]>([
    ['begins now', AT, epochSeconds(AT + 9), 'verified'],
    ['begins in a second', epochSeconds(AT + 1), epochSeconds(AT + 9), 'saml_certificate_expired'],
    ['ends now', epochSeconds(AT - 9), AT, 'verified'],
  ])('counts to the second: one that %s', (_name, notBefore, notAfter, expected) => {
    expect(verdict({ ...current, notBefore, notAfter })).toBe(expected);
  });
});
