import { X509Certificate } from 'node:crypto';
import { type Asked, samlResponse } from '../../e2e/saml-person.ts';
import { encrypted } from '../../identity/saml/encrypting.ts';
import { nameId } from '../../identity/saml/idp.ts';
import type { Lane } from './lane.ts';
import { form, request, type Scenario } from './scenario.ts';

interface Somebody {
  /** base64 of a Response. */
  readonly document: string;
  readonly principal: string;
}

/** A Response that names somebody for the first time. */
export function somebody(asked: Asked): Somebody {
  const principal = `person-${crypto.randomUUID()}@example.com`;
  return { document: samlResponse({ ...asked, changes: { nameId: nameId(principal) } }), principal };
}

const forTokenEndpoint = ({ number }: Lane, issuer: string): Asked => ({
  audience: `${issuer}/saml/corp-${number}`,
  recipient: `${issuer}/oauth2/token`,
});

/** Encrypts to the certificate that the broker publishes. */
async function sealing(lane: Lane): Promise<NonNullable<Asked['wrap']>> {
  const called = await lane.answeredInTime('sign-in', request({ path: `/saml/corp-${lane.number}/metadata` }));
  const text = called !== 'killed' && 'answer' in called ? (called.answer.body ?? '') : '';
  const [, certificate = ''] = /use="encryption".*?X509Certificate>([^<]+)</s.exec(text) ?? [];
  const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'));
  return (assertion) => encrypted(assertion, { to: [publicKey] });
}

/** AssumeRoleWithSAML for the scope `role`. */
const assume = (document: string) =>
  form('/sts', {
    Action: 'AssumeRoleWithSAML',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:broker:::scope/role',
    PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/corp',
    SAMLAssertion: document,
  });

/** SAML by API: no browser. */
export const SAML_SCENARIOS: readonly Scenario[] = [
  {
    name: 'an assertion gets a broker token (saml2-bearer)',
    function: 'token',
    reuse: 'once',
    present: async (lane, issuer) => {
      const { document, principal } = somebody(forTokenEndpoint(lane, issuer));
      const grant_type = 'urn:ietf:params:oauth:grant-type:saml2-bearer';
      return { event: form('/oauth2/token', { grant_type, scope: 'api', assertion: document }), principal };
    },
  },
  {
    name: 'an encrypted assertion gets an AWS session at /sts',
    function: 'sts',
    reuse: 'once',
    present: async (lane, issuer) => {
      const wrap = await sealing(lane);
      const { document, principal } = somebody({ ...forTokenEndpoint(lane, issuer), wrap });
      return { event: assume(document), principal };
    },
  },
  {
    name: 'an assertion for AWS goes to STS itself',
    function: 'token',
    reuse: 'once',
    present: async () => {
      const { document, principal } = somebody({
        audience: 'urn:amazon:webservices',
        recipient: 'https://signin.aws.amazon.com/saml',
      });
      const fields = {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: document,
        subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
        scope: 'saml-federated',
      };
      return { event: form('/oauth2/token', fields), principal };
    },
  },
];
