/** Edits of one configuration, and what `policy plan` says of each and of its undoing. */
import { describe, expect, it } from '@jest/globals';
import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import { changesOf, type Pair } from '../../../lib/policy/plan/plan.ts';
import { documentsOf } from '../../configuration/folder-of.ts';

export type Files = Readonly<Record<string, string>>;

/** A configuration with one of everything. */
export const BASE: Files = {
  'connections/github.yaml': `connection: github
type: oidc
preset: github-actions
audience: [https://broker.example.com]
require:
  StringEquals: { claims.repository_owner_id: ["1234567", "7654321"] }
maxTokenAge: 1h
reuse: bind
record: [run_id]
`,
  'connections/people.yaml': `connection: people
type: oidc
issuer: https://id.example.com
audience: [https://broker.example.com]
authorizedParties: [portal]
claims: { groups: "/groups" }
`,
  'connections/tasks.yaml': `connection: tasks
type: aws-iam
accounts: ["111122223333"]
serverId: broker.example.com
`,
  'clients/bot.yaml': `client: bot
secret: token-broker/clients/bot
introspects: [https://api.example.com]
`,
  'clients/agent.yaml': `client: agent
public: true
redirectUris: ['http://127.0.0.1/callback']
`,
  'scopes/deploy.yaml': `scope: deploy
description: rolls
allow:
  - connection: github
    when:
      StringEquals: { claims.repository_id: "1", claims.ref: [refs/heads/main, refs/heads/release] }
  - connection: people
    actor: { client: bot }
    when: { "ForAnyValue:StringEquals": { claims.groups: [ops, dev] } }
deny:
  - when: { NotIpAddress: { request.sourceIp: [203.0.113.0/24] } }
limits: { perPrincipal: 60/1h }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy
  duration: 30m
  tags: { repository: "\${claims.repository}" }
  policy:
    Version: "2012-10-17"
    Statement:
      - { Effect: Allow, Action: ["ecs:UpdateService", "ecs:DescribeServices"], Resource: "arn:aws:ecs:eu-central-1:111122223333:service/web/*" }
      - { Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::releases/\${claims.repository_id}/web.tar" }
`,
  'scopes/read.yaml': `scope: read
allow: [{ client: bot }, { connection: tasks }]
grant: { type: broker-token, audience: https://api.example.com, duration: 10m, claims: { team: data } }
`,
  'scopes/code.yaml': `scope: code
allow: [{ client: bot }]
grant:
  type: oauth-token
  preset: github-app
  appId: "1"
  owner: acme
  privateKey: token-broker/downstream/app
  repositories: [web, api]
  permissions: { contents: read }
`,
};

/** A file without what is replaced would make an edit that edits nothing. */
export function edited(file: string, from: string, to: string): Files {
  const text = BASE[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
  return { ...BASE, [file]: text.replace(from, to) };
}

/** Every folder is read once, however often it is planned. */
const read = new Map<string, Promise<ConfigurationDocuments>>();
function documentsOnce(files: Files): Promise<ConfigurationDocuments> {
  const key = JSON.stringify(files);
  const documents = read.get(key) ?? documentsOf(files);
  read.set(key, documents);
  return documents;
}

/** Every document of both, as `policy plan` pairs them. */
export async function planned(before: Files, after: Files): Promise<readonly string[]> {
  const [old, now] = [await documentsOnce(before), await documentsOnce(after)];
  const pairs: Pair[] = [
    ...pairsOf('connection', old.connections, now.connections, ({ connection }) => connection),
    ...pairsOf('client', old.clients, now.clients, ({ client }) => client),
    ...pairsOf('scope', old.scopes, now.scopes, ({ scope }) => scope),
  ] as Pair[];
  return pairs
    .flatMap((pair) => changesOf(pair))
    .map(({ effect, document, name, who, what }) => `${effect} | ${document} ${name} | ${who ?? '-'} | ${what}`);
}

function pairsOf<T>(document: string, before: readonly T[], after: readonly T[], nameOf: (each: T) => string) {
  const names = [...new Set([...before, ...after].map(nameOf))].sort();
  const find = (all: readonly T[], name: string) => all.find((each) => nameOf(each) === name) ?? null;
  return names.map((name) => ({ document, name, before: find(before, name), after: find(after, name) }));
}

export type Edit = readonly [name: string, files: Files, expected: readonly string[]];

const OPPOSITE: Readonly<Record<string, string>> = { gains: 'loses', loses: 'gains', changes: 'changes' };
const effectOf = (line: string): string => line.split(' ')[0] ?? '';

/** Each edit of the base, and the same taken back. */
export function describeEdits(what: string, edits: readonly Edit[]): void {
  describe(`an edit of ${what}`, () => {
    it.each(edits)('%s: exactly its gains and losses', async (_name, files, expected) => {
      expect(await planned(BASE, files)).toEqual(expected);
    });

    it.each(edits)('%s: taken back, the other way round', async (_name, files, expected) => {
      const back = await planned(files, BASE);
      const turned = expected.map((line) => OPPOSITE[effectOf(line)]);
      expect(back.map(effectOf).sort()).toEqual(turned.sort());
    });
  });
}
