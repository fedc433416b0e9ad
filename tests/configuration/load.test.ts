import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { BOT, documentsOf, folderOf, GITHUB, ISSUER, NOW, PARTNER, problemsOf, SESSION } from './folder-of.ts';

describe('a configuration folder', () => {
  it('loads its connections, clients and scopes with defaults written out', async () => {
    const documents = await documentsOf({
      'connections/partner.yaml': PARTNER,
      'clients/bot.yaml': BOT,
      'scopes/deploy.yaml': SESSION,
    });
    expect(documents).toEqual({
      connections: [
        {
          connection: 'partner',
          type: 'oidc',
          preset: null,
          issuers: [{ issuer: 'https://id.partner.example', jwksUri: null }],
          audience: ['https://broker.example.com'],
          authorizedParties: [],
          algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
          types: ['jwt'],
          claims: {},
          maxTokenAge: null,
          tokenIdClaim: 'jti',
          roleAccount: null,
          signIn: null,
          require: [],
          principal: '${claims.sub}',
          record: [],
          reuse: 'allow',
          clockTolerance: 60,
        },
      ],
      clients: [
        {
          client: 'bot',
          authentication: { method: 'secret', secret: 'token-broker/clients/bot', overlap: 86_400 },
          redirectUris: [],
          claims: {},
          introspects: [],
        },
      ],
      scopes: [
        {
          scope: 'deploy',
          description: '',
          enabled: true,
          allow: [
            {
              connections: ['partner'],
              clients: null,
              when: null,
              actor: null,
              source: { file: 'scopes/deploy.yaml', line: 3 },
            },
          ],
          deny: [],
          requires: { intent: false },
          limits: { perPrincipal: null, total: null },
          grant: {
            type: 'aws-session',
            roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy',
            externalId: null,
            duration: 3600,
            maxDuration: 3600,
            policy: null,
            policyArns: [],
            tags: {},
            sourceIdentity: 'required',
          },
        },
      ],
    });
  });

  it('tells every problem of every file at once, with file, line and field', async () => {
    const problems = await problemsOf({
      'connections/github.yaml': `${GITHUB}audiense: x\nclockTolerance: 301s\n`,
      'clients/bot.yaml': 'client: bot\nsecret: clients/bot\n',
      'scopes/deploy.yaml': SESSION.replace('partner', 'partnr').replace('111122223333', '1111'),
      'scopes/broken.yaml': 'scope: broken\nallow: [\n',
    });
    expect(problems).toEqual([
      'clients/bot.yaml:2: secret: must begin with token-broker/clients/',
      'connections/github.yaml:7: audiense: is not a known field',
      'connections/github.yaml:8: clockTolerance: must be 0s to 5m',
      expect.stringMatching(/^scopes\/broken\.yaml:[23]: /),
      'scopes/deploy.yaml:3: allow[0].connection: there is no connection partnr',
      'scopes/deploy.yaml:6: grant.roleArn: must be the ARN of an IAM role (templates cannot stand here)',
    ]);
  });

  it('does not call a name dangling whose own file is wrong', async () => {
    const problems = await problemsOf({
      'connections/partner.yaml': PARTNER.replace('https://id', 'ftp://id'),
      'scopes/deploy.yaml': SESSION,
    });
    expect(problems).toEqual(['connections/partner.yaml:3: issuer: must begin with https://']);
  });

  it('returns no documents beside an error', async () => {
    const folder = folderOf({ 'connections/partner.yaml': PARTNER, 'clients/bot.yaml': 'client: Bot\n' });
    expect(await loadConfiguration(folder, { issuer: ISSUER, now: NOW })).not.toHaveProperty('documents');
  });

  it.each([
    ['a name twice', { 'connections/partner.yaml': PARTNER, 'connections/z.yaml': PARTNER }, /partner is also in/],
    ['.yml', { 'connections/partner.yml': PARTNER }, /name it \.yaml/],
    ['a folder that is not there', {}, /is not a folder|holds no/],
    ['nothing to load', { 'README.md': 'x' }, /holds no connections/],
    ['an empty file', { 'scopes/a.yaml': '# nothing\n' }, /a\.yaml:1: the file is empty/],
    ['a list', { 'scopes/a.yaml': '- scope: a\n' }, /must be a map of fields/],
    ['two documents', { 'clients/bot.yaml': `${BOT}---\n${BOT}` }, /bot\.yaml:\d: a file holds one document/],
    ['bytes that are not UTF-8', { 'clients/bot.yaml': Uint8Array.of(0x63, 0xff, 0xfe) }, /is not UTF-8/],
    ['secrets for the local stack', { 'clients/bot.yaml': BOT, 'secrets.yaml': 'a: b' }, /secrets\.yaml:1: is for/],
  ])('refuses %s', async (_name, files: Record<string, string | Uint8Array>, expected) => {
    const loaded = await loadConfiguration(folderOf(files), { issuer: ISSUER, now: NOW });
    expect(
      'problems' in loaded && loaded.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    ).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('takes secrets.yaml where the issuer is loopback', async () => {
    expect(await problemsOf({ 'clients/bot.yaml': BOT, 'secrets.yaml': 'a: b' }, 'http://127.0.0.1:3000')).toEqual([]);
  });

  it.each(['http://broker.example.com', 'https://broker.example.com/', 'https://broker.example.com/prod', 'broker'])(
    'refuses to load for the issuer %s',
    async (issuer) => {
      expect(await problemsOf({ 'clients/bot.yaml': BOT }, issuer)).toEqual([expect.stringMatching(/the issuer/)]);
    },
  );

  it('warns where a file is not named after its document', async () => {
    expect(await problemsOf({ 'clients/robot.yaml': BOT })).toEqual([
      'clients/robot.yaml:1: warning: client: the file is named robot.yaml: name it after the document',
    ]);
  });

  it('does not warn of what a comment allows', async () => {
    const allowed = BOT.replace('client: bot', 'client: bot # token-broker: allow file-name: as the host is called');
    expect(await problemsOf({ 'clients/robot.yaml': allowed })).toEqual([]);
  });

  it('warns of documents beside the folders', async () => {
    expect(
      await problemsOf({ 'clients/bot.yaml': BOT, 'deploy.yaml': SESSION, 'template.yaml': 'Resources: {}' }),
    ).toEqual([expect.stringMatching(/^deploy\.yaml:1: warning: is not read/)]);
  });

  it('refuses a document that no item of DynamoDB holds', async () => {
    const claims = Array.from({ length: 500 }, (_, index) => `  c${index}: "${'x'.repeat(900)}"`).join('\n');
    expect(await problemsOf({ 'clients/bot.yaml': `${BOT}claims:\n${claims}\n` })).toEqual([
      expect.stringMatching(/^clients\/bot\.yaml:1: has \d+ bytes as JSON/),
    ]);
  });
});
