/** A person with a browser and an identity provider of their own: the tests' signer answers what the broker asks. */
import { createHash, createPrivateKey } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { selfSignedCertificate } from '../../lib/keys/self-signed-certificate.ts';
import { epochSeconds } from '../../lib/time.ts';
import {
  type AssertionParts,
  attribute,
  authn,
  bearer,
  bearerData,
  certificate,
  conditions,
  metadataOf,
  nameId,
  privateKey,
  response,
  type SigningChoices,
  signedAssertion,
} from '../identity/saml/idp.ts';
import type { Folder } from './broker.ts';

export const ROLE = 'arn:aws:iam::111122223333:role/token-broker/web';
export const REDIRECT = 'http://127.0.0.1:49152/callback';
export const VERIFIER = 'v'.repeat(43);
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

const scope = (name: string, grant: string, more = ''): string =>
  `scope: ${name}\nallow: [{ connection: corp, when: { "ForAnyValue:StringEquals": { claims.groups: deployers } } }]\n${more}grant: ${grant}\n`;

/** The identity provider's own key under a certificate that ended yesterday. */
function endedCertificate(): string {
  const jwk = JSON.parse(JSON.stringify(createPrivateKey(privateKey('idp')).export({ format: 'jwk' })));
  const daysAgo = (days: number) => epochSeconds(Math.floor(Date.now() / 1000) - days * 86_400);
  const [notBefore, notAfter] = [daysAgo(2), daysAgo(1)];
  return selfSignedCertificate(jwk, { commonName: 'idp', serial: Uint8Array.of(1), notBefore, notAfter });
}

/** A SAML connection `corp`, a public client `cli`, and scopes of each kind. `@ISSUER@` is the broker. */
export const CONFIGURATION: Folder = {
  'connections/metadata.xml': metadataOf('idp'),
  'connections/corp.yaml': `connection: corp
type: saml
metadata: ./metadata.xml
entityId: '@ISSUER@/saml/corp'
recipients: ['@ISSUER@/sts']
claims: { groups: memberOf, email: mail }
record: [email]
`,
  'connections/portal.yaml': `connection: portal
type: saml
metadata: ./metadata.xml
entityId: '@ISSUER@/saml/portal'
unsolicited: true
`,
  // With the certificate of another key: a document whose last one has ended does not load.
  'connections/ended.xml': metadataOf('idp', 'rolled').replace(certificate('idp'), endedCertificate()),
  'connections/ended.yaml': `connection: ended\ntype: saml\nmetadata: ./ended.xml\nentityId: '@ISSUER@/saml/ended'\nunsolicited: true\n`,
  'connections/down.yaml': `connection: down\ntype: saml\nmetadataUrl: http://127.0.0.1:9/metadata\nentityId: '@ISSUER@/saml/down'\n`,
  'connections/aws.yaml': `connection: aws
type: saml
metadata: ./metadata.xml
entityId: urn:amazon:webservices
recipients: ['https://signin.aws.amazon.com/saml']
claims: { groups: memberOf }
`,
  'clients/cli.yaml': `client: cli\npublic: true\nredirectUris: ['http://127.0.0.1/callback']\n`,
  'clients/bot.yaml': `client: bot\nsecret: token-broker/clients/bot\nintrospects: ['https://api.example.com']\n`,
  'scopes/web.yaml': scope('web', `{ type: aws-session, roleArn: '${ROLE}' }`),
  'scopes/api.yaml': scope('api', `{ type: broker-token, audience: 'https://api.example.com', duration: 10m }`),
  'scopes/other.yaml': scope('other', `{ type: broker-token, audience: 'https://api.example.com', duration: 10m }`),
  'scopes/closed.yaml': `scope: closed\nallow: [{ connection: corp, when: { "ForAnyValue:StringEquals": { claims.groups: nobody } } }]\ngrant: { type: broker-token, audience: 'https://api.example.com', duration: 10m }\n`,
  'scopes/federated.yaml': `scope: federated
allow: [{ connection: aws }]
grant: { type: aws-federated, via: saml, roleArn: '${ROLE}', principalArn: 'arn:aws:iam::111122223333:saml-provider/corp' }
`,
};

const at = (offsetSeconds: number): string =>
  `${new Date(Date.now() + offsetSeconds * 1000).toISOString().slice(0, 19)}Z`;

let count = 0;

export interface Asked {
  readonly audience: string;
  readonly recipient: string;
  readonly inResponseTo?: string;
  readonly changes?: Partial<AssertionParts>;
  readonly choices?: Partial<SigningChoices>;
  /** Puts the assertion into something else; default: as it is. */
  readonly wrap?: (assertion: string) => string;
}

/** base64 of a Response that names alice, of the group deployers, now. */
export function samlResponse({ audience, recipient, inResponseTo, changes = {}, choices = {}, wrap }: Asked): string {
  count += 1;
  const asked = inResponseTo === undefined ? {} : { inResponseTo };
  const window = `NotBefore="${at(-60)}" NotOnOrAfter="${at(300)}"`;
  const assertion = signedAssertion(
    {
      id: `_a${process.pid}-${count}-${Date.now()}`,
      issueInstant: at(-1),
      nameId: nameId('alice@example.com'),
      confirmation: bearer(bearerData({ ...asked, notOnOrAfter: at(300), recipient })),
      conditions: conditions(
        `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction>`,
        window,
      ),
      authn: authn(at(-30)),
      attributes: `<saml:AttributeStatement>${attribute('memberOf', 'deployers', 'staff')}${attribute('mail', 'alice@example.com')}</saml:AttributeStatement>`,
      ...changes,
    },
    choices,
  );
  return Buffer.from(
    response(wrap?.(assertion) ?? assertion, { ...asked, destination: recipient, issueInstant: at(-1) }),
  ).toString('base64');
}

export interface AuthnRequestSeen {
  readonly id: string;
  readonly xml: string;
  readonly url: URL;
}

/** What the identity provider reads in the redirect (HTTP-Redirect binding). */
export function readAuthnRequest(location: string): AuthnRequestSeen {
  const url = new URL(location);
  const xml = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  return { id: / ID="([^"]+)"/.exec(xml)?.[1] ?? '', xml, url };
}

/** A browser of one person: keeps its cookies, follows nothing by itself. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  private readonly broker: string;

  constructor(broker: string) {
    this.broker = broker;
  }

  async get(path: string): Promise<Response> {
    return this.send(path, {});
  }

  async post(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(form) });
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = cookie === '' ? {} : { cookie };
    const answer = await fetch(`${this.broker}${path}`, { ...init, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.cookies.set(name, value);
    }
    return answer;
  }

  /** GET /oauth2/authorize with what a correct program sends, changed by `more`; '' leaves a parameter out. */
  authorize(more: Readonly<Record<string, string>> = {}): Promise<Response> {
    const all = {
      response_type: 'code',
      client_id: 'cli',
      redirect_uri: REDIRECT,
      scope: 'api',
      state: 'xyz~1',
      connection: 'corp',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...more,
    };
    const sent = Object.entries(all).filter(([, value]) => value !== '');
    return this.get(`/oauth2/authorize?${new URLSearchParams(sent)}`);
  }

  /** Authorizes, signs in, and returns the page that asks. */
  async signIn(more: Readonly<Record<string, string>> = {}, changes: Partial<Asked> = {}): Promise<Response> {
    const began = await this.authorize(more);
    const { id } = readAuthnRequest(began.headers.get('location') ?? '');
    return this.answer(id, changes);
  }

  answer(inResponseTo: string, changes: Partial<Asked> = {}): Promise<Response> {
    const audience = `${this.broker}/saml/corp`;
    const document = samlResponse({ audience, recipient: `${audience}/acs`, inResponseTo, ...changes });
    return this.post('/saml/corp/acs', { SAMLResponse: document, RelayState: 'https://elsewhere.example' });
  }

  /** Presses a button of the page that asks. */
  decide(form: Readonly<Record<string, string>>, decision = 'allow'): Promise<Response> {
    return this.post('/oauth2/authorize', { ...form, decision });
  }

  /** The whole way to a code. */
  async code(more: Readonly<Record<string, string>> = {}): Promise<string> {
    const asked = await this.signIn(more);
    const answer = await this.decide(formOf(await asked.text()));
    return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
  }
}

/** The hidden fields of a page's form. */
export const formOf = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
