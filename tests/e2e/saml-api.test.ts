import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nameId } from '../identity/saml/idp.ts';
import { type Broker, startBroker } from './broker.ts';
import { type Asked, CONFIGURATION, ROLE, samlResponse } from './saml-person.ts';

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ config: CONFIGURATION });
}, 60_000);

afterAll(async () => {
  await broker.stop();
});

const post = (path: string, form: Readonly<Record<string, string>>) =>
  fetch(`${broker.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });

const forTokenEndpoint = (changes: Partial<Asked> = {}) =>
  samlResponse({ audience: `${broker.url}/saml/corp`, recipient: `${broker.url}/oauth2/token`, ...changes });

const bearer = (assertion: string, scope = 'api') =>
  post('/oauth2/token', { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer', assertion, scope });

const exchange = (token: string, scope = 'web', more: Readonly<Record<string, string>> = {}) =>
  post('/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
    scope,
    ...more,
  });

const assume = (document: string, more: Readonly<Record<string, string>> = {}) =>
  post('/sts', {
    Action: 'AssumeRoleWithSAML',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:broker:::scope/web',
    PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/Corp',
    SAMLAssertion: document,
    ...more,
  });

const base64url = (base64: string) => Buffer.from(base64, 'base64').toString('base64url');

describe('an assertion at the token endpoint', () => {
  it.each([
    ['base64', (text: string) => text],
    ['base64url (RFC 7522 section 2.1)', base64url],
  ])('is a grant of its own (RFC 7522), in %s', async (_, encode) => {
    const answer = await bearer(encode(forTokenEndpoint()));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ token_type: 'Bearer', scope: 'api' });
  });

  it('is a subject token (RFC 8693), and gives an AWS session', async () => {
    const answer = await exchange(base64url(forTokenEndpoint()));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      issued_token_type: 'urn:token-broker:token-type:aws-credentials',
      token_type: 'N_A',
    });
  });

  it('gives no AWS session by the assertion grant', async () => {
    expect(await (await bearer(forTokenEndpoint(), 'web')).json()).toMatchObject({
      reason: 'grant_not_available_here',
    });
  });

  it.each([
    ['a stranger has signed', { choices: { key: 'stranger' } }, 'signature_invalid'],
    ['is for another broker', { audience: 'https://other.example' }, 'audience_mismatch'],
    ['is for another recipient', { recipient: 'https://other.example' }, 'saml_destination'],
    ['answers a request of the browser flow', { inResponseTo: '_x' }, 'saml_in_response_to'],
  ] as const)(
    'is refused where it %s: invalid_grant as a grant, invalid_request in an exchange',
    async (_, changes, reason) => {
      expect(await (await bearer(forTokenEndpoint(changes))).json()).toMatchObject({ error: 'invalid_grant', reason });
      expect(await (await exchange(forTokenEndpoint(changes))).json()).toMatchObject({
        error: 'invalid_request',
        reason,
      });
    },
  );

  it('is used once: of 50 callers at once exactly one wins', async () => {
    const assertion = forTokenEndpoint();
    const answers = await Promise.all(Array.from({ length: 50 }, () => bearer(assertion)));
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ reason?: string }>));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(bodies.filter(({ reason }) => reason === 'replayed')).toHaveLength(49);
  }, 20_000);

  it('is used once over all ways in', async () => {
    const assertion = forTokenEndpoint();
    expect((await bearer(assertion)).status).toBe(200);
    expect(await (await exchange(assertion)).json()).toMatchObject({ reason: 'replayed' });
    expect(await (await assume(assertion)).text()).toContain('<Code>');
  });

  it('is not used up by a scope that is not allowed', async () => {
    const assertion = forTokenEndpoint();
    expect(await (await bearer(assertion, 'closed')).json()).toMatchObject({ reason: 'not_allowed' });
    expect((await bearer(assertion)).status).toBe(200);
  });
});

const element = (text: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];

describe('AssumeRoleWithSAML at /sts', () => {
  it('answers as AWS STS does, element for element', async () => {
    const persistent = nameId('u-1', 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent');
    const answer = await assume(forTokenEndpoint({ changes: { nameId: persistent } }));
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(element(text, 'AccessKeyId')).toMatch(/^ASIA/);
    expect(element(text, 'Subject')).toBe('u-1');
    expect(element(text, 'SubjectType')).toBe('persistent');
    expect(element(text, 'Issuer')).toBe('https://idp.example.com/metadata');
    expect(element(text, 'Audience')).toBe(`${broker.url}/oauth2/token`);
    const qualified = 'https://idp.example.com/metadata111122223333/Corp';
    expect(element(text, 'NameQualifier')).toBe(createHash('sha1').update(qualified).digest('base64'));
  });

  it('keeps a format of another prefix as it is', async () => {
    const text = await (await assume(forTokenEndpoint())).text();
    expect(element(text, 'SubjectType')).toBe('urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress');
  });

  it('takes an assertion for a recipient of the connection', async () => {
    const text = await (await assume(forTokenEndpoint({ recipient: `${broker.url}/sts` }))).text();
    expect(element(text, 'Audience')).toBe(`${broker.url}/sts`);
  });

  it('refuses an assertion of a stranger as AWS would', async () => {
    const answer = await assume(forTokenEndpoint({ choices: { key: 'stranger' } }));
    expect(element(await answer.text(), 'Code')).toBe('InvalidIdentityToken');
  });
});

describe('a Response addressed to AWS', () => {
  const forAws = () =>
    samlResponse({ audience: 'urn:amazon:webservices', recipient: 'https://signin.aws.amazon.com/saml' });

  it('goes on to STS by token exchange, as it came', async () => {
    const answer = await exchange(base64url(forAws()), 'federated');
    expect(answer.status).toBe(200);
    const { access_token: document } = (await answer.json()) as { access_token: string };
    expect(JSON.parse(document)).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/), RoleArn: ROLE });
  });

  it('goes on to STS by AssumeRoleWithSAML, for the PrincipalArn of the grant and no other', async () => {
    const ours = { RoleArn: 'arn:aws:broker:::scope/federated' };
    const other = await assume(forAws(), ours);
    expect(element(await other.text(), 'Code')).toBe('AccessDenied');
    const answer = await assume(forAws(), {
      ...ours,
      PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/corp',
    });
    expect(answer.status).toBe(200);
  });

  it('gets nothing from a scope of another connection', async () => {
    expect(await (await exchange(forAws(), 'web')).json()).toMatchObject({ reason: 'not_allowed' });
  });
});
