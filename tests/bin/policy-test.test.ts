import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import type { PresetName } from '../../lib/configuration/presets/table.ts';
import { presets } from '../../lib/configuration/presets/table.ts';
import { BOT, folderOf, GITHUB } from '../configuration/folder-of.ts';

const SCOPE = `scope: deploy-web
allow:
  - connection: github
    when:
      StringEquals: { claims.repository_id: "1296269", claims.ref: [refs/heads/main, refs/heads/release] }
  - client: bot
  - connection: github
    actor: { client: bot }
deny:
  - when: { IpAddress: { request.sourceIp: 203.0.113.0/24 } }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy-web
  tags: { repository: "\${claims.repository_id}" }
  policy:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: ecs:UpdateService
        Resource: arn:aws:ecs:eu-central-1:111122223333:service/web/*
`;
const TOKEN_SCOPE = `scope: report
allow: [{ connection: github }]
requires: { intent: true }
grant: { type: broker-token, audience: https://api.acme.internal, duration: 10m, claims: { ref: "\${claims.ref}" } }
`;
const JOB = '{ repository: acme/web, repository_owner_id: "1234567", repository_id: "1296269", ref: refs/heads/main }';
const BY_JOB = `proof: { connection: github, claims: ${JOB} }`;
const WEB = 'arn:aws:ecs:eu-central-1:111122223333:service/web/api';

async function runTests(tests: string, more: Readonly<Record<string, string>> = {}, ...options: string[]) {
  const folder = folderOf({
    'connections/github.yaml': GITHUB,
    'clients/bot.yaml': BOT,
    'scopes/deploy-web.yaml': SCOPE,
    'scopes/report.yaml': TOKEN_SCOPE,
    ...(tests === '' ? {} : { 'tests/some.yaml': tests }),
    ...more,
  });
  let [out, err] = ['', ''];
  const code = await main(['policy', 'test', folder, ...options], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    cwd: '/',
  });
  return { code, out, err };
}

const one = (rest: string): string => `- name: it\n  scope: deploy-web\n  ${rest.replaceAll('\n', '\n  ')}\n`;

test.each<[string, string]>([
  ['allowed', `${BY_JOB}\nexpect: allowed`],
  ['a reason', 'proof: { connection: github, claims: { repository_owner_id: "1" } }\nexpect: requirement_not_met'],
  ['a refusal of any reason', `${BY_JOB}\nsourceIp: 203.0.113.9\nexpect: { allowed: false }`],
  ['the rule that allows', `${BY_JOB}\nexpect: { rule: 0 }`],
  ['a client as itself', 'client: bot\nexpect: template_value'],
  ['a client as itself, as a proof', 'proof: { client: bot }\nexpect: template_value'],
  ['a client that acts', `${BY_JOB}\nclient: bot\nexpect: { rule: 2 }`],
  ['an actor', `${BY_JOB}\nactor: { client: bot }\nexpect: { rule: 2 }`],
  ['an actor that no rule names', `${BY_JOB}\nactor: { connection: github, claims: ${JOB} }\nexpect: not_allowed`],
  ['a role', `${BY_JOB}\nexpect: { allowed: true, role: arn:aws:iam::111122223333:role/token-broker/deploy-web }`],
  ['tags', `${BY_JOB}\nexpect: { tags: { repository: "1296269", "token-broker:scope": deploy-web } }`],
  [
    'the session policy, whatever the order of its members',
    `${BY_JOB}\nexpect:\n  policy: { Statement: [{ Resource: "${WEB.replace('api', '*')}", Action: ecs:UpdateService, Effect: Allow }], Version: "2012-10-17" }`,
  ],
  [
    'can and cannot',
    `${BY_JOB}\nexpect: { can: ["ecs:UpdateService on ${WEB}"], cannot: ["ecs:Delete* on *", "s3:*"] }`,
  ],
  [
    'what the role does not allow',
    `${BY_JOB}\nrolePolicy: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }\nexpect: { cannot: ["ecs:UpdateService on ${WEB}"] }`,
  ],
  ['a token of a file', 'token: ../tokens/job.jwt\nexpect: allowed'],
  ['a token of a file, as a proof', 'proof: { token: ../tokens/job.jwt }\nexpect: allowed'],
  ['an end that has passed', 'token: ../tokens/job.jwt\ntime: 2026-11-21T10:00:00Z\nexpect: expired'],
  ['a parameter that the scope has not', `${BY_JOB}\nparameters: { a: b }\nexpect: parameter_invalid`],
  ['a duration', `${BY_JOB}\nduration: 2h\nexpect: duration_out_of_range`],
  [
    'a policy that cannot narrow the grant',
    `${BY_JOB}\npolicy: { Version: "2012-10-17", Statement: [] }\nexpect: { allowed: false }`,
  ],
])('%s is met', async (_name, rest) => {
  const { code, out, err } = await runTests(one(rest), { 'tokens/job.jwt': token() });
  expect([code, out.replace(/^.*note: .*\n/gm, ''), err]).toEqual([0, '', '1 passed, 0 failed\n']);
});

/** Signed by nobody: a test's token needs no keys. */
function token(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Date.parse('2026-11-21T09:00:00Z') / 1000;
  const claims = { repository: 'acme/web', repository_owner_id: '1234567', repository_id: '1296269' };
  const whole = {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'https://broker.example.com',
    sub: 'repo:x',
  };
  const times = { iat, exp: iat + 600, ref: 'refs/heads/main' };
  return `${part({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${part({ ...claims, ...whole, ...times })}.${'A'.repeat(342)}\n`;
}

test.each<[string, string, string]>([
  ['allowed, expected a refusal', `${BY_JOB}\nexpect: not_allowed`, 'it is allowed by rule 0; expected not_allowed'],
  ['refused, expected allowed', `${BY_JOB}\nsourceIp: 203.0.113.9\nexpect: allowed`, 'it is refused: not_allowed'],
  [
    'refused for another reason',
    `${BY_JOB}\nduration: 2h\nexpect: not_allowed`,
    'duration_out_of_range; expected not_allowed',
  ],
  ['another rule', `${BY_JOB}\nexpect: { rule: 1 }`, 'rule 0 allows it; expected rule 1'],
  ['another role', `${BY_JOB}\nexpect: { role: arn:x }`, 'expected arn:x'],
  ['another tag', `${BY_JOB}\nexpect: { tags: { repository: x, team: y } }`, 'the tag team is absent; expected y'],
  ['another policy', `${BY_JOB}\nexpect: { policy: null }`, 'expected null'],
  ['another principal', `${BY_JOB}\nexpect: { principal: x }`, 'the principal is acme/web@refs/heads/main; expected x'],
  [
    'too little',
    `${BY_JOB}\nexpect: { can: ["s3:GetObject on arn:aws:s3:::a/b"] }`,
    'it is not allowed: the session policy does not allow it',
  ],
  ['only some of it', `${BY_JOB}\nexpect: { can: ["ecs:* on ${WEB}"] }`, 'only some of it is allowed'],
  ['too much', `${BY_JOB}\nexpect: { cannot: ["ecs:UpdateService on *"] }`, 'only some of it is allowed'],
  ['no action', `${BY_JOB}\nexpect: { can: ["s3"] }`, 's3 is no action: write service:Name'],
  ['claims of a session', `${BY_JOB}\nexpect: { claims: { a: b } }`, 'the scope grants no broker token'],
  ['a file that is not there', 'token: nowhere.jwt\nexpect: allowed', 'there is no file nowhere.jwt beside this one'],
  [
    'a file outside',
    'token: ../../../../../../etc/hostname\nexpect: allowed',
    'is outside of the configuration folder',
  ],
  ['a record that is none', 'issuance: some.yaml\nexpect: allowed', 'is no record of an issuance'],
])('%s fails', async (_name, rest, expected) => {
  const { code, out, err } = await runTests(one(rest));
  expect(out).toContain(`tests/some.yaml:1: it: failed: `);
  expect(out).toContain(expected);
  expect([code, err]).toEqual([1, '0 passed, 1 failed\n']);
});

test.each<[string, string, string]>([
  [
    'an unknown member',
    `${BY_JOB}\nexpects: allowed\nexpect: allowed`,
    'tests/some.yaml:4:3: [0].expects: is not a known field (did you mean expect?)',
  ],
  ['an unknown member of an expectation', `${BY_JOB}\nexpect: { allow: true }`, 'is not a known field'],
  ['an unknown reason', `${BY_JOB}\nexpect: forbidden`, 'neither `allowed` nor a reason'],
  ['nobody', 'expect: allowed', 'takes one of proof, token and issuance'],
  ['two proofs', `${BY_JOB}\ntoken: a.jwt\nexpect: allowed`, 'takes one of proof, token and issuance'],
  ['a proof of nothing', 'proof: { claims: { a: b } }\nexpect: allowed', 'takes one of connection'],
  ['no expectation', BY_JOB, 'expect: is required'],
])('%s is an error of the file, with its line, and no test is run', async (_name, rest, expected) => {
  const { code, out, err } = await runTests(one(rest));
  expect(out).toMatch(/^tests\/some\.yaml:\d+/);
  expect(out).toContain(expected);
  expect([code, err]).toEqual([1, '1 error: no test was run\n']);
});

test('a recorded issuance is rehearsed with what the ledger kept; what it did not keep is withheld', async () => {
  const record = {
    ...{ id: 'iss_0', time: '2026-11-21T09:00:00.000Z', outcome: 'issued', scope: 'deploy-web', principal: 'acme/web' },
    ...{ connection: 'github', client: null, subject: 'repo:acme/web', actor: null, intent: 'roll', credential: null },
    proof: { kind: 'oidc', issuer: 'https://x', tokenId: null, sha256: null, expires: null },
    claims: { ref: 'refs/heads/main', repository_id: '1296269' },
    request: { id: 'r', sourceIp: '198.51.100.7', userAgent: null },
  };
  const files = {
    'tests/kept.json': JSON.stringify(record),
    'tests/less.json': JSON.stringify({ ...record, claims: { ref: 'refs/heads/main' } }),
  };
  const tests = `${one('issuance: kept.json\nexpect: { rule: 0, principal: acme/web }')}${one('issuance: less.json\nexpect: claim_withheld')}`;
  expect(await runTests(tests, files)).toMatchObject({ code: 0, err: '2 passed, 0 failed\n' });
});

test('a broker token is expected by its claims, and an intent is needed where the scope wants one', async () => {
  const test = (rest: string) => one(`${BY_JOB}\n${rest}`).replace('deploy-web', 'report');
  const tests = `${test('intent: weekly\nexpect: { claims: { ref: refs/heads/main, aud: https://api.acme.internal } }')}${test('expect: intent_required')}`;
  expect(await runTests(tests)).toMatchObject({ code: 0, out: '' });
});

test('a token that was sent to a client is a proof with that client alone, which acts', async () => {
  const sent =
    'proof: { connection: broker, claims: { aud: https://api.acme.internal, sub: "github:x", scope: report } }';
  const scope = `scope: by-server
allow: [{ connection: broker, actor: { client: bot } }]
grant: { type: aws-session, roleArn: arn:aws:iam::111122223333:role/token-broker/by-server }
`;
  const more = {
    'clients/bot.yaml': `${BOT}audiences: [https://api.acme.internal]\n`,
    'clients/other.yaml': BOT.replaceAll('bot', 'other'),
    'scopes/by-server.yaml': scope,
  };
  const asked = (rest: string): string => one(rest).replace('deploy-web', 'by-server');
  const tags = '{ "token-broker:actor": "client:bot" }';
  const tests = [
    asked(`${sent}\nclient: bot\nexpect: { allowed: true, tags: ${tags} }`),
    asked(`${sent}\nclient: other\nexpect: audience_mismatch`),
    asked(`${sent}\nexpect: audience_mismatch`),
    asked(`${sent}\nclient: bot\nactor: { connection: github, claims: ${JOB} }\nexpect: proof_client_mismatch`),
  ];
  const { code, out, err } = await runTests(tests.join(''), more);
  expect([code, out + err]).toEqual([0, expect.stringContaining('4')]);
});

test('coverage names rules and conditions that no test made hold and fail', async () => {
  const { out } = await runTests(one(`${BY_JOB}\nexpect: allowed`), {}, '--coverage');
  expect(out).toContain('scopes/deploy-web.yaml:3: allow[0] StringEquals claims.ref: no test made it fail');
  expect(out).toContain('scopes/deploy-web.yaml:6: allow[1]: no test made it hold');
  expect(out).toContain('scopes/report.yaml:2: allow[0]: no test tried it');
  expect(out).toContain('coverage: 0 of 8 rules and conditions held and failed');
});

test('--json says of each test where it stands and what came of it', async () => {
  const { code, out } = await runTests(one(`${BY_JOB}\nexpect: not_allowed`), {}, '--json', '--coverage');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    ...{ passed: 0, failed: 1, problems: [], coverage: { covered: 0, total: 8 } },
    tests: [{ name: 'it', file: 'tests/some.yaml', line: 1, passed: false, outcome: 'allowed' }],
  });
});

test('a folder without tests does not pass', async () => {
  expect(await runTests('')).toMatchObject({ code: 1, err: 'there is no test: tests/*.yaml\n' });
});

test('a folder that does not load runs no test', async () => {
  const broken = { 'scopes/deploy-web.yaml': SCOPE.replace('connection: github', 'connection: gitub') };
  const { code, out, err } = await runTests(one(`${BY_JOB}\nexpect: allowed`), broken);
  expect([code, out]).toEqual([1, expect.stringContaining('gitub')]);
  expect(err).toContain('no test was run');
});

test("every preset's provider has tokens as its documents describe them, and each is named as it should be", async () => {
  const folder = join(import.meta.dirname, '..', 'presets', 'configuration');
  let out = '';
  const code = await main(['policy', 'test', folder, '--json'], {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    env: {},
    cwd: '/',
  });
  const { tests } = JSON.parse(out) as { tests: readonly { file: string; passed: boolean; name: string }[] };
  expect(tests.filter(({ passed }) => !passed)).toEqual([]);
  expect(code).toBe(0);
  const tried = new Set(tests.map(({ file }) => file.replace(/^tests\/(.*)\.yaml$/, '$1')));
  const names: readonly PresetName[] = Object.keys(presets) as PresetName[];
  expect(names.filter((name) => !tried.has(name))).toEqual([]);
});

const APPROVED_SCOPE = `scope: prod
allow: [{ connection: github }, { client: bot }]
requires:
  approval:
    from: [{ connection: github, when: { StringEquals: { claims.actor_id: "7" } } }]
    breakGlass: [{ client: bot }]
grant: { type: aws-session, roleArn: arn:aws:iam::111122223333:role/token-broker/prod }
`;

test('knows who waits for an approval, and who goes on without one', async () => {
  const tests = `- { name: waits, ${BY_JOB}, scope: prod, expect: authorization_pending }
- { name: gives a reason, client: bot, scope: prod, intent: the site is down, expect: allowed }
- { name: gives none, client: bot, scope: prod, expect: authorization_pending }
`;
  const scope = { 'scopes/prod.yaml': APPROVED_SCOPE };
  expect(await runTests(tests, scope)).toMatchObject({ code: 0 });
  const mistaken = `- { name: is mistaken, ${BY_JOB}, scope: prod, expect: allowed }\n`;
  expect(await runTests(mistaken, scope)).toMatchObject({
    code: 1,
    out: expect.stringContaining('authorization_pending'),
  });
});
