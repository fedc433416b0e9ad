import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { BOT, documentsOf, PARTNER, problemsOf } from './folder-of.ts';

const ROLE = 'arn:aws:iam::111122223333:role/token-broker/deploy';
const BEGIN = 'scope: deploy\nallow: [{ connection: partner }]\n';
const grant = (fields: string) => `${BEGIN}grant:\n${fields.replace(/^/gm, '  ')}\n`;
const SESSION = grant(`type: aws-session\nroleArn: ${ROLE}`);
const POLICY =
  '{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" }] }';

const around = { 'connections/partner.yaml': PARTNER, 'clients/bot.yaml': BOT };
const problems = (text: string) => problemsOf({ ...around, 'scopes/deploy.yaml': text });

async function normalized(text: string): Promise<Scope> {
  const [scope] = (await documentsOf({ ...around, 'scopes/deploy.yaml': text })).scopes;
  if (scope === undefined) throw new Error('no scope');
  return scope;
}

describe('a scope', () => {
  it('reads limits as a count and a window', async () => {
    const { limits } = await normalized(`${SESSION}limits: { perPrincipal: 60/1h, total: 5/90s }\n`);
    expect(limits).toEqual({ perPrincipal: { count: 60, window: 3600 }, total: { count: 5, window: 90 } });
  });

  it('keeps `mode: report` of a scope and of a rule, and takes no other', async () => {
    const under = SESSION.replace('{ connection: partner }', '{ connection: partner, mode: report }');
    const { allow, mode } = await normalized(`${under}mode: report\n`);
    expect([mode, allow[0]?.mode]).toEqual(['report', 'report']);
    expect(await normalized(`${SESSION}mode: enforce\n`)).not.toHaveProperty('mode');
    expect(await problems(`${SESSION}mode: audit\n`)).toEqual([
      expect.stringContaining('mode: must be enforce or report'),
    ]);
  });

  it('keeps the line of each rule, below comments and of a deny too', async () => {
    const rules = 'allow:\n  - connection: partner\n  # why\n  - connection: partner\n    client: bot\n';
    const { allow, deny } = await normalized(
      SESSION.replace('allow: [{ connection: partner }]\n', `${rules}deny:\n  - client: bot\n`),
    );
    const lines = [...allow, ...deny].map(({ source }) => source);
    expect(lines).toEqual([3, 5, 8].map((line) => ({ file: 'scopes/deploy.yaml', line })));
  });

  it('reads one name as a list of one', async () => {
    const text = SESSION.replace('{ connection: partner }', '{ connection: [partner, broker], client: bot }');
    expect((await normalized(text)).allow).toEqual([
      {
        connections: ['partner', 'broker'],
        clients: ['bot'],
        when: null,
        actor: null,
        source: { file: 'scopes/deploy.yaml', line: 2 },
      },
    ]);
  });

  it('of the issuances API has a grant that is built in', async () => {
    const text = 'scope: broker:issuances:read\nallow: [{ client: bot }]\n';
    const files = { ...around, 'scopes/broker-issuances-read.yaml': text };
    expect((await documentsOf(files)).scopes).toMatchObject([
      { grant: { type: 'broker-token', audience: 'https://broker.example.com', duration: 900, claims: {} } },
    ]);
    const own = `${text}grant: { type: broker-token, audience: x }\n`;
    expect(await problemsOf({ ...files, 'scopes/broker-issuances-read.yaml': own })).toEqual([
      expect.stringMatching(/grant: the built-in scope has no grant/),
    ]);
  });

  it.each([
    ['a reserved name', SESSION.replace('scope: deploy', 'scope: broker:mine'), /scope: names that begin with broker:/],
    ['a name that begins with a digit', SESSION.replace('scope: deploy', 'scope: 1deploy'), /scope: must be a letter/],
    ['a name with a blank', SESSION.replace('scope: deploy', 'scope: de ploy'), /scope: must be a letter/],
    [
      'a name of 129 characters',
      SESSION.replace('scope: deploy', `scope: ${'a'.repeat(129)}`),
      /scope: must be a letter/,
    ],
    ['no grant', BEGIN, /grant: is required/],
    ['no allow', SESSION.replace(/allow.*\n/, ''), /allow: is required/],
    ['an empty allow', SESSION.replace('[{ connection: partner }]', '[]'), /allow: needs a rule/],
    ['a rule for nobody in particular', SESSION.replace('{ connection: partner }', '{ when: {} }'), /allow\[0\]: /],
    ['an actor that is nobody', SESSION.replace('partner }', 'partner, actor: {} }'), /allow\[0\]\.actor: /],
    [
      'an unknown connection',
      SESSION.replace('partner }', 'nobody }'),
      /allow\[0\].connection: there is no connection nobody/,
    ],
    ['a client as connection', SESSION.replace('partner }', 'bot }'), /there is no connection bot/],
    ['an unknown client', SESSION.replace('partner }', 'partner, client: nobody }'), /there is no client nobody/],
    ['an unknown actor', SESSION.replace('partner }', 'partner, actor: { client: x } }'), /allow\[0\].actor.client/],
    ['an unknown name in deny', `${SESSION}deny: [{ client: nobody }]\n`, /deny\[0\].client: there is no client/],
    ['an empty deny', `${SESSION}deny: [{}]\n`, /deny\[0\]: an empty rule denies everybody/],
    ['a limit of nothing', `${SESSION}limits: { total: 0/1h }\n`, /limits.total: must be a count/],
    ['a limit in weeks', `${SESSION}limits: { total: 10/1w }\n`, /limits.total: must be a count/],
    ['a limit that is a number', `${SESSION}limits: { total: 10 }\n`, /limits.total: must be a count/],
    ['a window of nothing', `${SESSION}limits: { total: 10/0h }\n`, /limits.total: must be a count/],
    ['a window of 32 days', `${SESSION}limits: { total: 10/768h }\n`, /limits.total: the window is at most/],
    ['enabled as text', `${SESSION}enabled: "false"\n`, /enabled: must be true or false/],
    ['an unknown kind of grant', grant('type: aws-root'), /grant.type: must be aws-session/],
    [
      'a trap of IAM',
      SESSION.replace('partner }', 'partner, when: { StringNotEquals: { claims.a: b } } }'),
      /allow\[0\].when/,
    ],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await problems(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
    expect((await problems(text)).some((line) => !line.includes('warning:'))).toBe(true);
  });
});

describe('an aws-session grant', () => {
  const session = (more: string) => grant(`type: aws-session\nroleArn: ${ROLE}\n${more}`);
  const tags = (count: number) => `tags: { ${Array.from({ length: count }, (_, index) => `t${index}: x`).join(', ')} }`;

  it('lasts no longer by default than it may at most', async () => {
    expect((await normalized(session('maxDuration: 30m'))).grant).toMatchObject({ duration: 1800, maxDuration: 1800 });
  });

  it.each([['duration: 15m\nmaxDuration: 15m'], ['duration: 1h'], ['duration: 900s\nmaxDuration: 3600s']])(
    'takes %j',
    async (more) => {
      await expect(normalized(session(more))).resolves.toBeDefined();
    },
  );

  it.each([
    ['899 s', 'duration: 899s', /grant.duration: must be 15m to 1h/],
    ['3601 s', 'duration: 3601s', /grant.duration: must be 15m to 1h/],
    ['more than its own maximum', 'duration: 31m\nmaxDuration: 30m', /grant.duration: is longer than maxDuration/],
    ['two hours at most', 'maxDuration: 2h', /grant.maxDuration: must be 15m to 1h/],
    [
      'a policy that is too long',
      `policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Sid: ${'a'.repeat(2100)} }] }`,
      /2048/,
    ],
    ['a policy of 2008', `policy: ${POLICY.replace('2012-10-17', '2008-10-17')}`, /grant.policy.Version: must be 2012/],
    ['a policy without statements', 'policy: { Version: "2012-10-17" }', /grant.policy/],
    ['a policy in other scripts', `policy: ${POLICY.replace('s3:::a', 's3:::日')}`, /U\+00FF/],
    [
      'eleven policies',
      `policyArns: [${Array(11).fill('arn:aws:iam::aws:policy/X').join(', ')}]`,
      /more than 10 policies/,
    ],
    ['a policy of another account', 'policyArns: ["arn:aws:iam::999900001111:policy/x"]', /another account/],
    ['a tag of ours', 'tags: { "token-broker:scope": x }', /tags\.token-broker:scope: names that begin with/],
    ['a tag of ours in capitals', 'tags: { "Token-Broker:scope": x }', /names that begin with token-broker:/],
    ['a tag of AWS', 'tags: { "aws:x": x }', /names that begin with aws:/],
    ['tags that differ by case', 'tags: { team: x, Team: y }', /differs from another tag by case/],
    ['48 tags', tags(48), /tags: has more than 47 tags/],
    ['a tag value that IAM refuses', 'tags: { a: "x,y" }', /tags\.a/],
    ['a tag value that is too long', `tags: { a: ${'x'.repeat(257)} }`, /tags\.a/],
    ['a template of an unknown name', 'tags: { a: "${nothing}" }', /tags\.a/],
    ['a template before a wildcard', `policy: ${POLICY.replace('a/*', '${claims.a}*')}`, /grant\.policy/],
    ['an external id of one character', 'externalId: x', /externalId: must be 2 to 1224/],
    ['an external id with a blank', 'externalId: a b', /externalId: must be 2 to 1224/],
    ['another source identity', 'sourceIdentity: optional', /sourceIdentity: must be required or off/],
  ])('does not load with %s', async (_name, more, expected) => {
    expect(await problems(session(more))).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
    expect((await problems(session(more))).some((line) => !line.includes('warning:'))).toBe(true);
  });

  it.each([
    'arn:aws:iam::111122223333:user/x',
    'arn:aws:sts::111122223333:assumed-role/x/y',
    'arn:aws:iam::111122223333:role/${claims.a}',
    'arn:aws:iam::*:role/x',
    'arn:aws:iam::111122223333:role/a b',
  ])('does not load with the role %s', async (role) => {
    expect(await problems(SESSION.replace(ROLE, `"${role}"`))).toEqual([
      expect.stringMatching(/grant.roleArn: must be/),
    ]);
  });

  it('takes 47 tags', async () => {
    expect(await problems(session(tags(47)))).toEqual([]);
  });

  it('warns of sessions that SDKs fetch again and again', async () => {
    expect(await problems(session('duration: 1199s'))).toEqual([
      expect.stringMatching(/warning: grant.duration: under 20m/),
    ]);
    expect(await problems(session('duration: 20m'))).toEqual([]);
  });
});

describe('an aws-federated grant', () => {
  const federated = (more: string) => grant(`type: aws-federated\nroleArn: ${ROLE}\n${more}`);

  it('may last as long as the role lets it', async () => {
    expect((await normalized(federated('via: web-identity\nmaxDuration: 12h'))).grant).toMatchObject({
      duration: 3600,
      maxDuration: 43_200,
      principalArn: null,
    });
  });

  it.each([
    ['SAML without a provider', 'via: saml', /principalArn: is required/],
    [
      'a provider without SAML',
      'via: web-identity\nprincipalArn: "arn:aws:iam::111122223333:saml-provider/x"',
      /goes with via: saml/,
    ],
    ['a provider elsewhere', 'via: saml\nprincipalArn: "arn:aws:iam::999900001111:saml-provider/x"', /another account/],
    [
      'SAML through an OIDC connection',
      'via: saml\nprincipalArn: "arn:aws:iam::111122223333:saml-provider/x"',
      /not a connection of type saml/,
    ],
    ['thirteen hours', 'via: web-identity\nmaxDuration: 13h', /maxDuration: must be 15m to 12h/],
  ])('does not load with %s', async (_name, more, expected) => {
    expect(await problems(federated(more))).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('is not for clients: they have no proof to forward', async () => {
    const text = federated('via: web-identity').replace('connection: partner', 'client: bot');
    expect(await problems(text)).toEqual([expect.stringMatching(/allow\[0\]: .*name a connection/)]);
  });
});

describe('a broker-token grant', () => {
  const token = (more: string) => grant(`type: broker-token\naudience: https://api.example\n${more}`);

  it('lasts an hour unless told', async () => {
    expect((await normalized(token('claims: { team: "${claims.team}", level: 3 }'))).grant).toEqual({
      type: 'broker-token',
      audience: 'https://api.example',
      duration: 3600,
      claims: { team: '${claims.team}', level: 3 },
    });
  });

  it.each([
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'act',
    'may_act',
    'scope',
    'client_id',
    'auth_time',
    'acr',
    'amr',
  ])('does not set %s, which the protocol defines', async (claim) => {
    expect(await problems(token(`claims: { ${claim}: x }`))).toEqual([
      expect.stringMatching(new RegExp(`grant.claims.${claim}: is defined by RFC`)),
    ]);
  });

  it('does not set what the broker itself says of where a token comes from', async () => {
    expect(await problems(token('claims: { token_broker: x }'))).toEqual([
      expect.stringMatching(/grant.claims.token_broker: says what a token came of/),
    ]);
  });

  it.each([
    ['no time', 'duration: 0s', /duration: must be 1s to 24h/],
    ['more than a day', 'duration: 25h', /duration: must be 1s to 24h/],
  ])('does not load with %s', async (_name, more, expected) => {
    expect(await problems(token(more))).toEqual([expect.stringMatching(expected)]);
  });
});
