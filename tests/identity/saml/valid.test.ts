import { createHash } from 'node:crypto';
import { describe, expect, it, test } from '@jest/globals';
import { seconds } from '../../../lib/time.ts';
import {
  attribute,
  attributes,
  bearer,
  bearerData,
  IDP,
  keyInfo,
  metadataOf,
  nameId,
  response,
  signedAssertion,
  signedResponse,
  unsignedAssertion,
  VALID,
} from './idp.ts';
import { CONNECTION, verdict, verifyEncoded, verifyXml } from './verifying.ts';

const XML = response(signedAssertion());
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';

test('names the principal of a signed assertion in a response', async () => {
  const outcome = await verifyXml(XML);
  expect(outcome).toMatchObject({
    ok: true,
    value: {
      source: { kind: 'connection', name: 'corp' },
      subject: 'alice@example.com',
      name: 'alice@example.com',
      proof: { kind: 'saml', issuer: IDP, tokenId: '_a1', expires: 1800014700 },
      reuse: { reuse: 'once', issuer: IDP, tokenId: '_a1', until: 1800014700 },
      record: ['groups'],
      lineage: null,
    },
  });
  const claims = outcome.ok ? Object.fromEntries(outcome.value.claims.values) : {};
  expect(claims).toEqual({
    memberOf: ['deployers', 'admins'],
    groups: ['deployers', 'admins'],
    mail: 'alice@example.com',
    email: 'alice@example.com',
    nameId: 'alice@example.com',
    nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    sessionIndex: '_s1',
    authnContext: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    authnInstant: '2027-01-15T11:59:00Z',
    issuer: IDP,
  });
});

test('an alias or a derived name hides an attribute of that name, also where it has no value', async () => {
  const forged = attributes(
    attribute('email', 'forged@example.com'),
    attribute('issuer', 'forged'),
    attribute('groups', 'forged'),
  );
  const outcome = await verifyXml(signedAssertion({ attributes: forged }));
  const values = outcome.ok ? outcome.value.claims.values : new Map();
  expect([values.get('issuer'), values.has('email'), values.has('groups')]).toEqual([IDP, false, false]);
});

describe('accepts', () => {
  it.each([
    ['a bare assertion (RFC 7522 section 2.1)', signedAssertion(), {}],
    ['a signed response around a signed assertion', signedResponse(signedAssertion()), {}],
    ['a signed response where its signature counts', signedResponse(unsignedAssertion()), { signed: 'response' }],
    [
      'RSA-SHA512',
      response(signedAssertion({}, { method: `${MORE}rsa-sha512`, digest: 'http://www.w3.org/2001/04/xmlenc#sha512' })),
      {},
    ],
    ['RSA-SHA384', response(signedAssertion({}, { method: `${MORE}rsa-sha384`, digest: `${MORE}sha384` })), {}],
    [
      'RSASSA-PSS',
      response(signedAssertion({}, { method: 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1' })),
      {},
    ],
    ['ECDSA', response(signedAssertion({}, { method: `${MORE}ecdsa-sha256`, key: 'ec' })), {}],
    ['a second certificate of the metadata (rollover)', response(signedAssertion({}, { key: 'rolled' })), {}],
    [
      'a foreign certificate in KeyInfo beside a good signature',
      response(
        signedAssertion(
          {},
          {
            keyInfo: keyInfo('stranger'),
          },
        ),
      ),
      {},
    ],
    [
      'SHA-1 where the connection says so',
      response(
        signedAssertion(
          {},
          { method: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', digest: 'http://www.w3.org/2000/09/xmldsig#sha1' },
        ),
      ),
      { sha1: 'accept' },
    ],
    ['an XML declaration of UTF-8', `<?xml version="1.0" encoding="UTF-8"?>\n${XML}`, {}],
    [
      'a further recipient of the connection',
      response(signedAssertion(), { destination: 'https://b.example.com/' }),
      { recipients: ['https://b.example.com/'] },
    ],
  ] as const)('%s', async (_rule, xml, connection) => {
    expect(await verdict(xml, { connection })).toBe('accepted');
  });

  it.each([
    ['base64url', Buffer.from(XML).toString('base64url')],
    [
      'base64 in lines',
      (
        Buffer.from(XML)
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      ).join('\r\n'),
    ],
  ])('%s', async (_rule, document) => {
    expect((await verifyEncoded(document)).ok).toBe(true);
  });

  it('text with references and characters of all planes as they are', async () => {
    const name = 'Zoë &amp; Ω 𝒜';
    const outcome = await verifyXml(response(signedAssertion({ nameId: nameId(name) })));
    expect(outcome.ok && outcome.value.subject).toBe('Zoë & Ω 𝒜');
  });
});

test('the proof is what was sent: its hash, its end, and how long its one use is remembered', async () => {
  const notOnOrAfter = '2027-01-15T12:04:59.25Z';
  const xml = response(signedAssertion({ confirmation: bearer(bearerData({ notOnOrAfter })) }));
  const outcome = await verifyXml(xml, { connection: { clockTolerance: seconds(30) } });
  expect(outcome.ok && [outcome.value.proof, outcome.value.reuse]).toEqual([
    {
      kind: 'saml',
      issuer: IDP,
      tokenId: '_a1',
      sha256: createHash('sha256').update(xml).digest('hex'),
      expires: 1_800_014_699.25,
    },
    { reuse: 'once', issuer: IDP, tokenId: '_a1', until: 1_800_014_730 },
  ]);
});

describe('a transient NameID', () => {
  const changes = { nameId: nameId('_t1', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient') };

  it('can not be the principal', async () => {
    expect(await verifyXml(signedAssertion(changes))).toEqual({
      ok: false,
      refusal: { reason: 'saml_transient_name', detail: 'The NameID must not be transient.' },
    });
  });

  it('gives way to the label that is made of an attribute', async () => {
    const outcome = await verifyXml(signedAssertion(changes), { connection: { principal: '${claims.email}' } });
    expect(outcome.ok && [outcome.value.subject, outcome.value.name]).toEqual([
      'alice@example.com',
      'alice@example.com',
    ]);
  });
});

describe('the connection', () => {
  it('is the one whose IdP is the issuer, among those of one audience', async () => {
    const other = {
      ...CONNECTION,
      connection: 'other',
      metadata: metadataOf('stranger').replace(IDP, 'https://other.example.com'),
    };
    const outcome = await verifyXml(response(signedAssertion()), { others: [other] });
    expect(outcome.ok && outcome.value.source.name).toBe('corp');
  });

  it('is not chosen where two would do', async () => {
    const other = { ...CONNECTION, connection: 'other', signed: 'response' } as const;
    expect(await verdict(response(signedAssertion()), { others: [other] })).toBe('issuer_unknown');
  });

  it('names nobody where require does not hold, and says nothing of what was expected', async () => {
    const require = [{ 'ForAnyValue:StringEquals': { 'claims.groups': ['staff'] } }];
    const outcome = await verifyXml(response(signedAssertion(), { destination: 'https://elsewhere.example.com' }), {
      connection: { require },
    });
    const log = { connection: 'corp', missed: 'ForAnyValue:StringEquals claims.groups' };
    expect(outcome).toEqual({ ok: false, refusal: { reason: 'requirement_not_met', log } });
    const met = [{ 'ForAnyValue:StringEquals': { 'claims.groups': ['admins'] } }];
    expect(await verdict(response(signedAssertion()), { connection: { require: met } })).toBe('accepted');
  });
});

test('the fixture is what the tests change one thing of', async () => {
  expect(VALID.id).toBe('_a1');
  expect(await verdict(XML)).toBe('accepted');
});
