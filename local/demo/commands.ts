import type { Stack } from '../stack.ts';
import type { IdentityProvider } from './identity-provider.ts';

const PROGRAM = 'node bin/token-broker.mjs';

/** What a caller pastes: settings once, then one command for each kind of user. */
export function callerCommands(stack: Stack, idp: IdentityProvider): readonly string[] {
  return [
    `export TOKEN_BROKER_URL=${stack.url} TOKEN_BROKER_PROOF='exec:curl -s ${idp.issuer}/token'`,
    `${PROGRAM} doctor --scope demo`,
    `${PROGRAM} credentials --scope demo`,
    `${PROGRAM} exec --scope demo -- sh -c 'curl -s -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'`,
    `${PROGRAM} sign --scope demo --allow 's3:Get*' -- sh -c 'echo $AWS_ACCESS_KEY_ID at $AWS_ENDPOINT_URL'   # a program that holds no key`,
    `TOKEN_BROKER_CLIENT_SECRET=a-secret-for-demonstration ${PROGRAM} token --scope demo-reports --proof client:demo-bot`,
    `TOKEN_BROKER_CLIENT_SECRET=a-secret-for-demonstration ${PROGRAM} revoke --list --proof client:demo-bot`,
    `${PROGRAM} login --connection demo-oidc --scope demo-people   # opens a browser; --device: a code for one elsewhere`,
  ];
}

/** What the command line finds this stack's ledger and archive by. */
export const operatorSettings = ({ aws, tablePrefix, archive }: Stack): Readonly<Record<string, string>> => ({
  ...aws,
  TOKEN_BROKER_TABLES: tablePrefix,
  ...(archive === null ? {} : { TOKEN_BROKER_ARCHIVE: archive }),
});

const verifyCommand = ({ url }: Stack, archive: string): string =>
  `curl -s ${url}/v1/ledger/key | ${PROGRAM} ledger verify s3://${archive} --key /dev/stdin`;

/** Variables that win over the keys below, or that no endpoint of one's own goes with. */
const IN_THE_WAY = ['AWS_PROFILE', 'AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT', 'AWS_SESSION_TOKEN'];

/** What an operator pastes: the command line over this stack's tables. `environment`: that of whoever started it. */
export function operatorCommands(
  stack: Stack,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const settings = operatorSettings(stack);
  const shown = Object.entries(settings).filter(([name]) => /^(?:AWS_ENDPOINT_URL|AWS_REGION|TOKEN_BROKER)/.test(name));
  const dummy =
    stack.aws['AWS_SECRET_ACCESS_KEY'] === 'local' ? ['AWS_ACCESS_KEY_ID=local', 'AWS_SECRET_ACCESS_KEY=local'] : [];
  const hindering = IN_THE_WAY.filter((name) => environment[name] && dummy.length > 0);
  return [
    ...(hindering.length === 0 ? [] : [`unset ${hindering.join(' ')}`]),
    `export ${[...shown.map(([name, value]) => `${name}=${value}`), ...dummy].join(' ')}`,
    `${PROGRAM} issuances list`,
    `${PROGRAM} policy versions`,
    ...(stack.archive === null ? [] : [verifyCommand(stack, stack.archive)]),
  ];
}

/** Where an operator signs in, and as whom. */
export const consoleLink = (stack: Stack, idp: IdentityProvider | null): readonly string[] => [
  `${stack.url}/console${idp === null ? '' : '   # choose demo-saml or demo-oidc; each has one person and no password'}`,
];
