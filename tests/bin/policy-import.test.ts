import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { main } from '../../bin/cli.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const METADATA = readFileSync(join(ROOT, 'examples/connections/okta-metadata.xml'), 'utf8');

async function run(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    ...{ env, cwd },
  };
  return { code: await main(args, terminal), out, err };
}

/** Imports the files, and validates what was written as a pipeline would. */
async function imported(files: Readonly<Record<string, string>>, options: readonly string[] = []) {
  const cwd = mkdtempSync(join(tmpdir(), 'import-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const { code, out, err } = await run(
    ['policy', 'import', ...Object.keys(files), '--out', 'config', '--json', ...options],
    cwd,
  );
  const { written, notes } = JSON.parse(out);
  const read = (name: string) => parse(readFileSync(join(cwd, 'config', name), 'utf8'));
  const validated = code === 0 ? await run(['policy', 'validate', '--strict', 'config', ...options], cwd) : null;
  return { code, err, written, notes, read, validated, cwd };
}

const PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/';
const GITHUB = 'token.actions.githubusercontent.com';
const ROLE = 'arn:aws:iam::111122223333:role/deploy';

const trust = (host: string, condition: object, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `${PROVIDER}${host}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition,
      ...more,
    },
  ],
});

const role = (document: object | string, more: object = {}): string =>
  JSON.stringify({ Role: { Arn: ROLE, AssumeRolePolicyDocument: document, ...more } }, null, 2);

const aud = (host: string, audience = 'sts.amazonaws.com') => ({ [`${host}:aud`]: audience });
const SUB = 'repo:acme/web:ref:refs/heads/main';
const GITHUB_TRUST = trust(GITHUB, { StringEquals: { ...aud(GITHUB), [`${GITHUB}:sub`]: SUB } });

describe('a trust of IAM', () => {
  it("becomes a scope by which the caller's own proof goes to STS, for the very subject and audience", async () => {
    const { code, notes, read, validated } = await imported({ 'deploy.json': role(GITHUB_TRUST) });
    expect([code, notes, validated]).toEqual([0, [], expect.objectContaining({ code: 0, out: '' })]);
    expect(read('connections/github-actions.yaml')).toMatchObject({
      ...{ type: 'oidc', preset: 'github-actions', issuer: `https://${GITHUB}`, audience: ['sts.amazonaws.com'] },
      require: { StringLike: { 'claims.sub': ['repo:acme/*'] } },
    });
    expect(read('scopes/deploy.yaml')).toMatchObject({
      allow: [{ connection: 'github-actions', when: { StringEquals: { 'claims.sub': SUB } } }],
      grant: { type: 'aws-federated', via: 'web-identity', roleArn: ROLE },
    });
  });

  it.each([
    ['gitlab.com', { 'gitlab.com:sub': 'project_path:acme/web:ref_type:branch:ref:main' }, { preset: 'gitlab' }],
    ['gitlab.com', { 'gitlab.com:sub': 'project_id:20:ref_type:branch:ref:main' }, { preset: 'gitlab' }],
    [
      'oidc.circleci.com/org/11111111-2222-3333-4444-555555555555',
      { 'oidc.circleci.com/org/11111111-2222-3333-4444-555555555555:sub': 'org/1/project/2/user/3' },
      { preset: 'circleci', organization: '11111111-2222-3333-4444-555555555555' },
    ],
    [
      'agent.buildkite.com',
      { 'agent.buildkite.com:sub': 'organization:acme:pipeline:web:ref:refs/heads/main:commit:0:step:deploy' },
      {
        preset: 'buildkite',
        require: { StringLike: { 'claims.sub': ['organization:acme:pipeline:web:ref:refs/*'] } },
      },
    ],
    [
      'app.terraform.io',
      { 'app.terraform.io:sub': 'organization:acme:project:web:workspace:production:run_phase:apply' },
      { preset: 'terraform-cloud' },
    ],
    [
      'sts.windows.net/11111111-2222-3333-4444-555555555555/',
      { 'sts.windows.net/11111111-2222-3333-4444-555555555555/:sub': 'a' },
      { preset: 'entra-id', tenant: '11111111-2222-3333-4444-555555555555' },
    ],
    ['acme.okta.com/oauth2/aus1', { 'acme.okta.com/oauth2/aus1:sub': '0oa1' }, { preset: 'okta' }],
    [
      'oidc.eks.eu-west-1.amazonaws.com/id/ABC',
      { 'oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub': 'system:serviceaccount:web:api' },
      { preset: 'kubernetes' },
    ],
    ['id.partner.example/realms/a', { 'id.partner.example/realms/a:sub': 'job' }, {}],
  ])('of %s is carried over', async (host, sub, connection) => {
    const { notes, written, read, validated } = await imported({
      'deploy.json': role(trust(host, { StringEquals: { ...aud(host), ...sub } })),
    });
    expect([notes, validated?.code, validated?.out]).toEqual([[], 0, '']);
    const [name] = written;
    expect(read(name)).toMatchObject({ type: 'oidc', issuer: `https://${host}`, ...connection });
  });

  const saml = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/okta' },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml', 'SAML:sub': 'ada' } },
    },
  };

  it.each([
    ['okta.xml', METADATA],
    ['okta.json', JSON.stringify({ SAMLMetadataDocument: METADATA, ValidUntil: '2030-01-01T00:00:00Z' })],
  ])('for SAML is carried over with the metadata of %s', async (name, text) => {
    const { notes, read, validated } = await imported({ 'deploy.json': role(saml), [name]: text });
    expect([notes, validated?.code]).toEqual([[], 0]);
    expect(read('connections/okta.yaml')).toMatchObject({
      type: 'saml',
      entityId: 'https://signin.aws.amazon.com/saml',
    });
    expect(read('scopes/deploy.yaml')).toMatchObject({
      allow: [{ connection: 'okta', when: { StringEquals: { 'claims.nameId': 'ada' } } }],
      grant: { via: 'saml', principalArn: 'arn:aws:iam::111122223333:saml-provider/okta' },
    });
  });

  it('for SAML without the metadata is left out, and said', async () => {
    const { code, written, notes } = await imported({ 'deploy.json': role(saml) });
    expect([code, written]).toEqual([1, []]);
    expect(notes).toEqual([
      { file: 'deploy.json', line: 6, kind: 'left-out', message: expect.stringMatching(/metadata of okta is missing/) },
    ]);
  });

  it('is read as the API answers too, and of a document by itself, whose role is said to be guessed', async () => {
    const encoded = await imported({ 'deploy.json': role(encodeURIComponent(JSON.stringify(GITHUB_TRUST))) });
    expect(encoded.read('scopes/deploy.yaml').grant.roleArn).toBe(ROLE);
    const alone = { 'release.json': JSON.stringify(GITHUB_TRUST) };
    const guessed = await imported(alone);
    expect(guessed.read('scopes/release.yaml').grant.roleArn).toBe('arn:aws:iam::111122223333:role/release');
    expect(guessed.notes).toMatchObject([{ kind: 'to-do', file: 'release.json', line: 1 }]);
    const named = await imported(alone, ['--role-arn', ROLE]);
    expect([named.notes, named.read('scopes/deploy.yaml').grant.roleArn]).toEqual([[], ROLE]);
  });

  it('keeps the audience that its provider takes, also where the broker has an issuer', async () => {
    const host = 'gitlab.com';
    const sub = { [`${host}:sub`]: 'project_path:acme/web:ref_type:branch:ref:main' };
    const files = {
      'deploy.json': role(trust(host, { StringEquals: { ...aud(host, 'https://gitlab.com'), ...sub } })),
    };
    const { notes, read, validated } = await imported(files, ['--issuer', 'https://broker.example.com']);
    expect([notes, validated?.code, validated?.out]).toEqual([[], 0, '']);
    expect(read('connections/gitlab.yaml').audience).toEqual(['https://gitlab.com']);
  });

  it('gives sessions as long as its role allows', async () => {
    const { read } = await imported({ 'deploy.json': role(GITHUB_TRUST, { MaxSessionDuration: 7200 }) });
    expect(read('scopes/deploy.yaml').grant.maxDuration).toBe('120m');
  });

  it('with two audiences takes a token of either and of no two at once', async () => {
    const both = trust(GITHUB, {
      StringEquals: { [`${GITHUB}:aud`]: ['sts.amazonaws.com', 'https://github.com/acme'], [`${GITHUB}:sub`]: SUB },
    });
    const { read } = await imported({ 'deploy.json': role(both) });
    expect(read('scopes/deploy.yaml').allow[0].connection).toEqual(['github-actions', 'github-actions-2']);
    expect(read('connections/github-actions-2.yaml').audience).toEqual(['https://github.com/acme']);
  });

  it('with a negated condition wants the claim to be there', async () => {
    const negated = trust(GITHUB, {
      StringEquals: { ...aud(GITHUB), [`${GITHUB}:sub`]: SUB },
      StringNotEquals: { [`${GITHUB}:environment`]: 'test' },
    });
    const { read } = await imported({ 'deploy.json': role(negated) });
    expect(read('scopes/deploy.yaml').allow[0].when).toEqual({
      StringEquals: { 'claims.sub': SUB },
      StringNotEquals: { 'claims.environment': 'test' },
      Null: { 'claims.environment': 'false' },
    });
  });

  const equals = { ...aud(GITHUB), [`${GITHUB}:sub`]: SUB };
  it.each<[string, object, RegExp]>([
    [
      'a key that is not known here',
      trust(GITHUB, { StringEquals: { ...equals, 'aws:RequestTag/team': 'x' } }),
      /aws:RequestTag\/team is not known here/,
    ],
    [
      'a key of another provider',
      trust(GITHUB, { StringEquals: { ...equals, 'gitlab.com:sub': 'x' } }),
      /gitlab\.com:sub is not known here/,
    ],
    [
      'a policy variable',
      trust(GITHUB, { StringEquals: { ...aud(GITHUB), [`${GITHUB}:sub`]: '${aws:username}' } }),
      /policy variable/,
    ],
    [
      'an operator that is not known',
      trust(GITHUB, { StringEquals: equals, ArnLike: { 'aws:PrincipalArn': 'x' } }),
      /ArnLike is not an operator here/,
    ],
    [
      'a pattern of audiences',
      trust(GITHUB, { StringLike: { [`${GITHUB}:aud`]: 'sts.*', [`${GITHUB}:sub`]: SUB } }),
      /StringLike on the audience/,
    ],
    [
      'a claim that the provider does not issue',
      trust(GITHUB, { StringEquals: { ...equals, [`${GITHUB}:team`]: 'x' } }),
      /has the claim team/,
    ],
    ['whoever comes', trust(GITHUB, { StringEquals: aud(GITHUB) }), /anybody can get one/],
    [
      'an owner that is left open',
      trust(GITHUB, { StringEquals: aud(GITHUB), StringLike: { [`${GITHUB}:sub`]: 'repo:acme*' } }),
      /anybody can get one/,
    ],
    [
      'another action',
      trust(GITHUB, { StringEquals: equals }, { Action: 'sts:AssumeRole' }),
      /not a trust for OIDC or SAML/,
    ],
    ['a NotPrincipal', trust(GITHUB, { StringEquals: equals }, { NotPrincipal: { AWS: '*' } }), /NotPrincipal/],
    [
      'a Deny that cannot be carried over',
      {
        Version: '2012-10-17',
        Statement: [
          ...GITHUB_TRUST.Statement,
          { ...trust(GITHUB, { StringEquals: { 'aws:RequestTag/a': 'b' } }).Statement[0], Effect: 'Deny' },
        ],
      },
      /without this Deny the role .* would be wider/,
    ],
  ])('with %s is left out whole, and said', async (_name, document, message) => {
    const { code, written, notes } = await imported({ 'deploy.json': role(document) });
    expect([code, written]).toEqual([1, []]);
    expect(notes).toContainEqual({
      file: 'deploy.json',
      line: expect.any(Number),
      kind: 'left-out',
      message: expect.stringMatching(message),
    });
  });

  it('carries a Deny over beside what it denies', async () => {
    const [allow] = GITHUB_TRUST.Statement;
    const deny = {
      ...trust(GITHUB, { StringLike: { [`${GITHUB}:sub`]: 'repo:acme/old*' } }).Statement[0],
      Effect: 'Deny',
    };
    const { read } = await imported({ 'deploy.json': role({ Version: '2012-10-17', Statement: [allow, deny] }) });
    expect(read('scopes/deploy.yaml').deny).toMatchObject([
      { when: { StringLike: { 'claims.sub': 'repo:acme/old*' } } },
    ]);
  });

  it('never loses a condition of one statement for another statement that could be carried over', async () => {
    const [good] = GITHUB_TRUST.Statement;
    const [bad] = trust(GITHUB, { StringEquals: { ...equals, 'aws:RequestTag/a': 'b' } }).Statement;
    const { read, notes } = await imported({ 'deploy.json': role({ Version: '2012-10-17', Statement: [bad, good] }) });
    expect(read('scopes/deploy.yaml').allow).toHaveLength(1);
    expect(notes).toMatchObject([{ kind: 'left-out', line: 17 }]);
  });
});

const POLICY = {
  issuer: `https://${GITHUB}`,
  subject: SUB,
  permissions: { contents: 'read' },
};

describe('a trust policy of octo-sts', () => {
  it('becomes a scope that gives a token of a GitHub App, with what it does not say to be filled in', async () => {
    const { code, notes, read, validated } = await imported({
      'read.sts.yaml': stringify({ ...POLICY, repositories: ['web'] }),
    });
    expect([code, validated?.code, validated?.out]).toEqual([0, 0, '']);
    expect(notes).toEqual([
      expect.objectContaining({ kind: 'to-do', message: expect.stringMatching(/appId, owner and privateKey/) }),
    ]);
    expect(read('scopes/read.yaml')).toMatchObject({
      allow: [{ when: { StringEquals: { 'claims.sub': SUB } } }],
      grant: { type: 'oauth-token', preset: 'github-app', repositories: ['web'], permissions: { contents: 'read' } },
    });
  });

  it("takes the broker's issuer as the audience where it is given, and says that callers ask for it", async () => {
    const { notes, read, validated } = await imported({ 'read.sts.yaml': stringify(POLICY) }, [
      '--issuer',
      'https://broker.example.com',
    ]);
    expect(read('connections/github-actions.yaml').audience).toEqual(['https://broker.example.com']);
    expect([validated?.code, notes.map(({ message }: { message: string }) => message)]).toEqual([
      0,
      expect.arrayContaining([
        expect.stringMatching(/callers ask for https:\/\/broker\.example\.com in place of octo-sts\.dev/),
      ]),
    ]);
  });

  it.each<[string, object, RegExp, number]>([
    [
      'a pattern that `*` would widen',
      { ...POLICY, subject: undefined, subject_pattern: 'repo:acme/[a-z]+:.*' },
      /cannot be written/,
      4,
    ],
    [
      'alternatives that are anchored at one side',
      { ...POLICY, subject: undefined, subject_pattern: 'repo:acme/a|repo:acme/b' },
      /cannot be written/,
      4,
    ],
    ['an issuer of many', { ...POLICY, issuer: undefined, issuer_pattern: 'https://.*' }, /more than one issuer/, 4],
    ['no subject', { ...POLICY, subject: undefined }, /whoever the issuer names/, 1],
    ['an unknown field', { ...POLICY, subjects: 'x' }, /subjects is not a field/, 5],
    ['an unknown level', { ...POLICY, permissions: { contents: 'all' } }, /all is no level/, 3],
    ['a claim that the provider does not issue', { ...POLICY, claim_pattern: { job: 'a' } }, /has the claim job/, 1],
  ])('with %s is left out, and said', async (_name, policy, message, line) => {
    const text = stringify(JSON.parse(JSON.stringify(policy)));
    const { code, written, notes } = await imported({ 'read.sts.yaml': text });
    expect([code, written]).toEqual([1, []]);
    expect(notes).toContainEqual({
      file: 'read.sts.yaml',
      line,
      kind: 'left-out',
      message: expect.stringMatching(message),
    });
  });
});

const printed = (data: object): string => JSON.stringify({ request_id: 'x', data }, null, 2);

const VAULT = {
  'config.json': { oidc_discovery_url: `https://${GITHUB}`, bound_issuer: `https://${GITHUB}` },
  'ci.json': {
    role_type: 'jwt',
    user_claim: 'actor',
    bound_audiences: ['https://vault.acme.example'],
    bound_claims_type: 'glob',
    bound_claims: { repository: 'acme/web', ref: 'refs/heads/*', repository_owner_id: '1' },
    token_policies: ['deploy'],
  },
  'deploy.json': { policy: 'path "aws/sts/web" { capabilities = ["update"] }' },
  'web.json': { credential_type: 'assumed_role', role_arns: [ROLE], policy_arns: null, policy_document: '' },
};

const vaultFiles = (change: Readonly<Record<string, object>> = {}) =>
  Object.fromEntries(Object.entries({ ...VAULT, ...change }).map(([name, data]) => [name, printed(data)]));

describe('roles of Vault', () => {
  it('become the scope of the aws role that a policy of the jwt role leads to', async () => {
    const { code, notes, read, validated } = await imported(vaultFiles());
    expect([code, validated?.code, validated?.out]).toEqual([0, 0, '']);
    expect(notes).toEqual([
      expect.objectContaining({ kind: 'to-do', message: expect.stringMatching(/trust the broker/) }),
    ]);
    expect(read('scopes/web.yaml')).toMatchObject({
      allow: [
        {
          when: {
            StringLike: { 'claims.ref': 'refs/heads/*' },
            StringEquals: { 'claims.repository': 'acme/web', 'claims.repository_owner_id': '1' },
          },
        },
      ],
      grant: { type: 'aws-session', roleArn: ROLE },
    });
    expect(read('connections/github-actions.yaml')).toMatchObject({
      audience: ['https://vault.acme.example'],
      require: { StringEquals: { 'claims.repository_owner_id': ['1'] } },
    });
  });

  it("take the broker's issuer as the audience where it is given, and say that callers ask for it", async () => {
    const { read, notes, validated } = await imported(vaultFiles(), ['--issuer', 'https://broker.example.com']);
    expect([validated?.code, validated?.out]).toEqual([0, '']);
    expect(read('connections/github-actions.yaml').audience).toEqual(['https://broker.example.com']);
    expect(notes).toContainEqual(expect.objectContaining({ message: expect.stringMatching(/callers ask for/) }));
  });

  it.each<[string, Record<string, object>, RegExp]>([
    ['users in place of roles', { 'web.json': { credential_type: 'iam_user' } }, /only assumed_role/],
    ['a policy for many roles', { 'deploy.json': { policy: 'path "aws/sts/*" {}' } }, /has a wildcard/],
    [
      'addresses that tokens are bound to',
      { 'ci.json': { ...VAULT['ci.json'], token_bound_cidrs: ['10.0.0.0/8'] } },
      /token_bound_cidrs/,
    ],
    ['a claim behind a pointer', { 'ci.json': { ...VAULT['ci.json'], bound_claims: { '/a/b': 'x' } } }, /JSON pointer/],
    ['no audience', { 'ci.json': { ...VAULT['ci.json'], bound_audiences: null } }, /binds no audience/],
  ])('with %s are left out, and said', async (_name, change, message) => {
    const { code, notes } = await imported(vaultFiles(change));
    expect([code, notes]).toEqual([
      1,
      [expect.objectContaining({ kind: 'left-out', message: expect.stringMatching(message) })],
    ]);
  });
});

describe('policy import', () => {
  it('says line by line what it wrote and what it left out, without --json', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'import-'));
    writeFileSync(join(cwd, 'deploy.json'), role(GITHUB_TRUST));
    writeFileSync(join(cwd, 'note.json'), '{"a": 1}');
    expect(await run(['policy', 'import', 'deploy.json', 'note.json', '--out', 'config'], cwd)).toEqual({
      code: 0,
      out: 'config/connections/github-actions.yaml\nconfig/scopes/deploy.yaml\n',
      err: 'note.json:1: not carried over: is none of the forms that can be imported\n',
    });
  });

  it('writes over nothing', async () => {
    const { cwd } = await imported({ 'deploy.json': role(GITHUB_TRUST) });
    writeFileSync(join(cwd, 'config/scopes/deploy.yaml'), 'mine');
    expect(await run(['policy', 'import', 'deploy.json', '--out', 'config'], cwd)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/nothing was written/),
    });
    expect(readFileSync(join(cwd, 'config/scopes/deploy.yaml'), 'utf8')).toBe('mine');
    expect(readdirSync(join(cwd, 'config'))).toEqual(['connections', 'scopes']);
  });

  it.each([
    ['no --out', ['deploy.json'], 2],
    ['no file', ['--out', 'config'], 2],
    ['a file that is not there', ['none.json', '--out', 'config'], 1],
  ])('ends with its code for %s', async (_name, args, code) => {
    const cwd = mkdtempSync(join(tmpdir(), 'import-'));
    expect((await run(['policy', 'import', ...args], cwd)).code).toBe(code);
    expect(existsSync(join(cwd, 'config'))).toBe(false);
  });
});
