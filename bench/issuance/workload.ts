import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { documentKey, POINTER_KEY, pointerItem } from '../../lib/aws/dynamodb/configuration-item.ts';
import { tableName } from '../../lib/aws/dynamodb/tables.ts';
import type { ConfigurationDocuments } from '../../lib/configuration/documents/configuration.ts';
import { CONFIGURATION_FORMAT } from '../../lib/configuration/format.ts';
import { configurationItems } from '../../lib/configuration/items.ts';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { systemClock } from '../../lib/host/clock.ts';
import { epochMilliseconds, toEpochSeconds } from '../../lib/time.ts';

/** The broker's issuer in a benchmark. Nothing listens there. */
export const BROKER = 'http://127.0.0.1:3000';
export const ROLE = 'arn:aws:iam::111122223333:role/token-broker/deploy-web';

/** What one GitHub Actions job's token looks like, as `examples/scopes/deploy-web.yaml` tests it. */
const claims = {
  sub: 'repo:acme/web:ref:refs/heads/main',
  repository: 'acme/web',
  repository_id: '1296269',
  repository_owner: 'acme',
  repository_owner_id: '1234567',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  sha: '0123456789abcdef0123456789abcdef01234567',
  workflow: 'deploy',
  workflow_ref: 'acme/web/.github/workflows/deploy.yml@refs/heads/main',
  job_workflow_ref: 'acme/web/.github/workflows/deploy.yml@refs/heads/main',
  run_id: '9000000000',
  run_number: '10',
  run_attempt: '1',
  actor: 'octocat',
  event_name: 'push',
  runner_environment: 'github-hosted',
};

const connection = (idp: string): string => `connection: github
type: oidc
issuer: ${idp}
audience: ["${BROKER}"]
algorithms: [RS256]
require:
  StringEquals: { claims.repository_owner_id: "1234567" }
principal: "\${claims.repository}@\${claims.ref}"
record: [run_id, sha]
`;

const scope = `scope: deploy-web
description: A typical scope.
allow:
  - connection: github
    when:
      StringEquals: { claims.repository_id: "1296269", claims.ref: [refs/heads/main, refs/heads/release] }
      StringLike: { claims.workflow_ref: "acme/web/.github/workflows/*" }
grant:
  type: aws-session
  roleArn: ${ROLE}
  policy:
    Version: "2012-10-17"
    Statement:
      - { Effect: Allow, Action: "ecs:UpdateService", Resource: "arn:aws:ecs:eu-west-1:111122223333:service/web/*" }
      - { Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::acme-web/\${path:claims.repository}/*" }
  tags: { repository: "\${claims.repository}", commit: "\${claims.sha}" }
`;

/**
 * A configuration of one connection and `scopes` scopes: `deploy-web`, and others like it by the names `deploy-1`,
 * `deploy-2`, …
 */
export async function documentsOf(idp: string, scopes: number): Promise<ConfigurationDocuments> {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-bench-'));
  for (const [path, text] of [
    ['connections/github.yaml', connection(idp)],
    ['scopes/deploy-web.yaml', scope],
  ] as const) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const loaded = await loadConfiguration(folder, { issuer: BROKER, now: toEpochSeconds(systemClock.now()) });
  rmSync(folder, { recursive: true });
  if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const { documents } = loaded;
  const [first] = documents.scopes;
  if (first === undefined) throw new Error('no scope');
  const more = Array.from({ length: scopes - 1 }, (_, at) => ({ ...first, scope: `deploy-${at + 1}` }));
  return { ...documents, scopes: [first, ...more] };
}

/** The items of the configuration table, DynamoDB JSON by partition key. */
export function itemsOf(documents: ConfigurationDocuments): Record<string, unknown> {
  const version = 1;
  const pointer = {
    version,
    issuer: BROKER,
    appliedAt: epochMilliseconds(Date.now()),
    appliedBy: 'bench',
    hash: '0'.repeat(64),
    previous: null,
    format: CONFIGURATION_FORMAT,
    how: 'apply',
    reason: null,
    commit: null,
    before: null,
  } as const;
  const items: [string, unknown][] = configurationItems(documents).map(({ key, doc }) => {
    const pk = documentKey(version, key) ?? key;
    return [pk, { pk: { S: pk }, doc: { S: doc } }];
  });
  return Object.fromEntries([...items, [POINTER_KEY, pointerItem(pointer)]]);
}

export interface Workload {
  readonly keySet: string;
  /** One token after the other, each with its own jti. */
  token(): string;
}

/** Tokens of an issuer with one RSA key of 2,048 bits, as GitHub and most others sign. Good for an hour. */
export function workload(idp: string): Workload {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256', use: 'sig' };
  return { keySet: JSON.stringify({ keys: [key] }), token: () => tokenOf(idp, privateKey) };
}

function tokenOf(idp: string, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = { ...claims, iss: idp, aud: BROKER, jti: randomUUID(), iat: now, nbf: now, exp: now + 3600 };
  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg: 'RS256', kid: 'bench', typ: 'JWT' })}.${encode(payload)}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

/** What Lambda sets for a function, as far as the broker or the script reads it. */
export const environment = (port: number, prefix: string): Record<string, string> => ({
  ISSUER: BROKER,
  TABLE_PREFIX: prefix,
  EXTERNAL_ID: 'local',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE01',
  AWS_SECRET_ACCESS_KEY: 'k'.repeat(40),
  AWS_SESSION_TOKEN: 't'.repeat(800),
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  IDP: `http://127.0.0.1:${port}`,
  LEDGER_TABLE: tableName(prefix, 'ledger'),
});
