/** Responses that pysaml2 makes and xmlsec1 signs, through the routes themselves. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from '../../e2e/broker.ts';
import { CONFIGURATION } from '../../e2e/saml-person.ts';
import { IDP } from '../../identity/saml/idp.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker({ config: CONFIGURATION });
}, 60_000);
afterAll(async () => {
  await broker.stop();
});

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const pem = (name: string): string => path(`../../identity/saml/keys/${name}.pem`);

interface Made {
  readonly key?: 'idp' | 'stranger';
  readonly recipient?: string;
  readonly signResponse?: boolean;
}

function madeByPysaml2({ key = 'idp', recipient, signResponse = false }: Made = {}): string {
  const settings = {
    issuer: IDP,
    key: pem(`${key}.key`),
    certificate: pem(`${key}.cert`),
    audience: `${broker.url}/saml/corp`,
    recipient: recipient ?? `${broker.url}/oauth2/token`,
    name: 'alice',
    signResponse,
  };
  // Debian's own Python: the package is not for another one.
  const out = execFileSync('/usr/bin/python3', [path('pysaml2_response.py'), JSON.stringify(settings)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return out.trim();
}

const post = (route: string, form: Readonly<Record<string, string>>) =>
  fetch(`${broker.url}${route}`, { method: 'POST', body: new URLSearchParams(form) });

const bearer = (assertion: string) =>
  post('/oauth2/token', { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer', assertion, scope: 'api' });

const assume = (SAMLAssertion: string) =>
  post('/sts', {
    Action: 'AssumeRoleWithSAML',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:broker:::scope/web',
    PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/corp',
    SAMLAssertion,
  });

describe('a Response of pysaml2', () => {
  it.each([
    ['with a signed assertion', {}],
    ['with both signed', { signResponse: true }],
  ])('%s is a grant at the token endpoint, once', async (_, made) => {
    const assertion = madeByPysaml2(made);
    expect((await bearer(assertion)).status).toBe(200);
    expect(await (await bearer(assertion)).json()).toMatchObject({ reason: 'replayed' });
  });

  it('is good for AssumeRoleWithSAML', async () => {
    const answer = await assume(madeByPysaml2({ recipient: `${broker.url}/sts` }));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<Subject>alice</Subject>');
  });

  it('of another key is nobody', async () => {
    expect(await (await bearer(madeByPysaml2({ key: 'stranger' }))).json()).toMatchObject({
      error: 'invalid_grant',
      reason: 'signature_invalid',
    });
    expect(await (await assume(madeByPysaml2({ key: 'stranger' }))).text()).toContain('InvalidIdentityToken');
  });

  it('of 50 callers at once is taken from one', async () => {
    const assertion = madeByPysaml2();
    const answers = await Promise.all(Array.from({ length: 50 }, () => bearer(assertion)));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  });
});
