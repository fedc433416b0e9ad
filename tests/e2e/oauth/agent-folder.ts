import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Folder, ROOT } from '../broker.ts';
import { AUDIENCE } from './folder.ts';

/** The client that acts for people. Its secret is its name. */
export const BOT = 'release-bot';

const DEMO = readFileSync(join(ROOT, 'local', 'demo', 'configuration', 'connections', 'demo.yaml'), 'utf8');
const client = (name: string): string => `client: ${name}\nsecret: token-broker/clients/${name}\n`;
const api = (audience: string): string => `{ type: broker-token, audience: "${audience}", duration: 5m }`;
const role = '{ type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/agents" }';
const shortRole = role.replace(' }', ', duration: 15m }');
const scope = (name: string, rules: readonly string[], grant: string, more = ''): string =>
  `scope: ${name}\ndescription: ''\nallow:\n${rules.map((rule) => `  - ${rule}\n`).join('')}${more}grant: ${grant}\n`;

const ALICE = '{ connection: people }';
const AGENT =
  '{ connection: people, actor: { connection: demo, when: { StringEquals: { actor.claims.ref: refs/heads/main } } } }';
const BOTS = `{ connection: people, actor: { client: ${BOT} } }`;
const WHOEVER = [
  '{ connection: [people, broker] }',
  '{ connection: [people, broker], actor: { connection: demo } }',
].concat(`{ connection: [people, broker], actor: { client: [${BOT}, other-bot] } }`);
/** The audience that the client `files` is. */
export const FILES = 'https://files.acme.internal';
const BY_SERVER =
  '{ connection: broker, when: { StringEquals: { claims.scope: files:read } }, actor: { client: files } }';
const WHY = 'requires: { intent: true }\n';

/**
 * People of one issuer, an agent with tokens of the demonstration's, and clients that act for people; scopes for each
 * of them.
 */
export const agentFolder = (people: string): Folder => ({
  'connections/demo.yaml': DEMO,
  'connections/people.yaml': `connection: people\ntype: oidc\nissuer: "${people}"\njwksUri: "${people}/keys"\naudience: ["@ISSUER@"]\n`,
  'clients/bot.yaml': client(BOT),
  'clients/other-bot.yaml': client('other-bot'),
  'clients/files.yaml': `${client('files')}audiences: ["${FILES}"]\n`,
  // For people with and without an agent, at the server `files`, which acts for them in turn.
  'scopes/files-read.yaml': scope(
    'files:read',
    [...WHOEVER],
    `{ type: broker-token, audience: "${FILES}", duration: 1h }`,
  ),
  'scopes/role-by-server.yaml': scope('role-by-server', [BY_SERVER], shortRole),
  'scopes/link-by-server.yaml': scope(
    'link-by-server',
    [BY_SERVER],
    '{ type: broker-token, audience: "@ISSUER@", duration: 2h }',
  ),
  'scopes/by-agent.yaml': scope('by-agent', [AGENT], api(AUDIENCE)),
  'scopes/role-by-agent.yaml': scope('role-by-agent', [AGENT], role),
  'scopes/by-person.yaml': scope('by-person', [ALICE], api(AUDIENCE)),
  'scopes/role-by-person.yaml': scope('role-by-person', [ALICE], role),
  'scopes/role-by-bot.yaml': scope('role-by-bot', [BOTS], role, WHY),
  'scopes/through-bot.yaml': scope('through-bot', [`{ connection: people, client: ${BOT} }`], api(AUDIENCE)),
  'scopes/link.yaml': scope('link', [AGENT, `{ connection: broker, actor: { client: ${BOT} } }`], api('@ISSUER@')),
  'scopes/role-by-link.yaml': scope(
    'role-by-link',
    ['{ connection: broker }', '{ connection: broker, actor: { connection: demo } }'],
    role,
  ),
  // For people, directly or by a broker token, whoever acts; but never for the bot.
  'scopes/any-link.yaml': scope('any-link', [...WHOEVER], '{ type: broker-token, audience: "@ISSUER@", duration: 1h }'),
  'scopes/not-by-bot.yaml': scope('not-by-bot', [...WHOEVER], shortRole, `deny:\n  - actor: { client: ${BOT} }\n`),
  'scopes/not-mallory.yaml': scope(
    'not-mallory',
    [...WHOEVER],
    shortRole,
    'deny:\n  - { connection: people, when: { StringEquals: { claims.sub: mallory } } }\n',
  ),
  'scopes/once.yaml': scope('once', [...WHOEVER], shortRole, 'limits: { perPrincipal: 1/1h }\n'),
  'scopes/few-alive.yaml': scope(
    'few-alive',
    [`{ client: [${BOT}, other-bot] }`],
    api(AUDIENCE),
    'limits: { live: 3 }\n',
  ),
  'scopes/ticket.yaml': scope('ticket', [`{ client: [${BOT}, other-bot] }`], api(AUDIENCE)),
  'scopes/after-ticket.yaml': scope(
    'after-ticket',
    [`{ client: [${BOT}, other-bot] }`],
    api(AUDIENCE),
    'requires: { after: { scope: ticket, within: 1h } }\n',
  ),
  'scopes/few-by-actor.yaml': scope('few-by-actor', [...WHOEVER], shortRole, 'limits: { perActor: 1/1d }\n'),
  'scopes/issuances.yaml': `scope: broker:issuances:read\nallow:\n  - client: ${BOT}\n`,
});
