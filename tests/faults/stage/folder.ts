import type { Folder } from '../../e2e/broker.ts';
import { metadataOf } from '../../identity/saml/idp.ts';

export const BIND_AUDIENCE = 'https://bind.example';
export const FEDERATED_AUDIENCE = 'sts.amazonaws.com';
export const SERVER_ID = 'broker.example.com';
export const AWS_ROLE = 'arn:aws:iam::111122223333:role/web-task';
export const clientSecret = (lane: number): string => `the-secret-of-bot-${lane}`;
export const downstreamSecret = (lane: number): string => `the-downstream-secret-of-${lane}`;

const TARGET_ROLE = 'arn:aws:iam::111122223333:role/token-broker/demo';
const session = `grant: { type: aws-session, roleArn: "${TARGET_ROLE}" }\nlimits: { perPrincipal: 100000/1h, total: 1000000/1h }\n`;
const token = (audience: string): string => `grant: { type: broker-token, audience: "${audience}", duration: 1h }\n`;

/**
 * A configuration in which every lane has an identity provider, a client and a provider of its own: `origins` are those
 * of its proxies.
 */
export function faultsFolder(origins: readonly { readonly idp: string; readonly host: string }[]): Folder {
  const lanes = origins.map((_, lane) => lane);
  const list = (prefix: string): string => lanes.map((lane) => `${prefix}-${lane}`).join(', ');
  const connection = (name: string, idp: string, audience: string, reuse: string): string =>
    `connection: ${name}\ntype: oidc\nissuer: "${idp}"\naudience: ["${audience}"]\nreuse: ${reuse}\nclockTolerance: 0s\n`;
  const of = origins.flatMap(({ idp }, lane) => [
    [`connections/once-${lane}.yaml`, connection(`once-${lane}`, idp, '@ISSUER@', 'once')],
    [`connections/bind-${lane}.yaml`, connection(`bind-${lane}`, idp, BIND_AUDIENCE, 'bind')],
    [`connections/federated-${lane}.yaml`, connection(`federated-${lane}`, idp, FEDERATED_AUDIENCE, 'once')],
    [
      `connections/corp-${lane}.yaml`,
      `connection: corp-${lane}\ntype: saml\nmetadataUrl: "${idp}/saml-metadata"\nentityId: "@ISSUER@/saml/corp-${lane}"\nrecipients: ["@ISSUER@/sts"]\n`,
    ],
    [`clients/bot-${lane}.yaml`, `client: bot-${lane}\nsecret: token-broker/clients/bot-${lane}\n`],
    [
      `scopes/down-${lane}.yaml`,
      `scope: down-${lane}\nallow: [{ connection: once-${lane} }]\ngrant: { type: oauth-token, provider: client-credentials, tokenEndpoint: "${idp}/token", clientId: broker, clientSecret: token-broker/downstream/lane-${lane}, scope: read }\n`,
    ],
  ]);
  return {
    ...Object.fromEntries(of),
    'clients/cli.yaml': "client: cli\npublic: true\nredirectUris: ['http://127.0.0.1/callback']\n",
    'connections/metadata.xml': metadataOf('idp'),
    'connections/aws.yaml':
      "connection: aws\ntype: saml\nmetadata: ./metadata.xml\nentityId: urn:amazon:webservices\nrecipients: ['https://signin.aws.amazon.com/saml']\n",
    'connections/tasks.yaml': `connection: tasks\ntype: aws-iam\naccounts: ["111122223333"]\nserverId: ${SERVER_ID}\necsRoles: [web-task]\n`,
    'scopes/role.yaml': `scope: role\nallow: [{ connection: [${list('once')}, ${list('corp')}] }, { client: [${list('bot')}] }, { connection: tasks }, { connection: broker }]\n${session}`,
    'scopes/api.yaml': `scope: api\nallow: [{ client: [${list('bot')}] }, { connection: [${list('corp')}] }, { connection: broker }]\n${token('https://api.example')}`,
    'scopes/web-identity.yaml': `scope: web-identity\nallow: [{ connection: [${list('federated')}] }]\ngrant: { type: aws-federated, via: web-identity, roleArn: "${TARGET_ROLE}" }\n`,
    'scopes/saml-federated.yaml': `scope: saml-federated\nallow: [{ connection: aws }]\ngrant: { type: aws-federated, via: saml, roleArn: "${TARGET_ROLE}", principalArn: "arn:aws:iam::111122223333:saml-provider/corp" }\n`,
    'scopes/link.yaml': `scope: link\nallow: [{ client: [${list('bot')}] }]\n${token('@ISSUER@')}`,
    'scopes/agent.yaml': `scope: agent\nallow: [{ connection: [${list('bind')}], actor: { client: [${list('bot')}] } }]\n${token('https://api.example')}`,
  };
}
