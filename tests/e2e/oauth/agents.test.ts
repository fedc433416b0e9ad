import { randomUUID } from 'node:crypto';
import { env } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startSts } from '../../../local/endpoints/sts.ts';
import { type Broker, startBroker } from '../broker.ts';
import { agentFolder, BOT, FILES } from './agent-folder.ts';
import { type People, startPeople } from './people.ts';
import { ACCESS_TOKEN, type Answer, basic, EXCHANGE, JWT, post, TOKEN } from './stage.ts';
import { type Watched, watch } from './watched.ts';

let people: People;
let sts: Watched;
let broker: Broker;

beforeAll(async () => {
  people = await startPeople();
  sts = await watch(await startSts(0));
  const endpoints = { ...env, AWS_ENDPOINT_URL_STS: sts.url };
  broker = await startBroker({ config: agentFolder(people.url), endpoints });
  const secrets = [BOT, 'other-bot', 'files'].map((name) => ({
    name: `token-broker/clients/${name}`,
    value: `the-secret-of-${name}`,
    host: null,
  }));
  await broker.putSecrets(secrets);
}, 60_000);

afterAll(async () => {
  await broker.stop();
  await sts.stop();
  await people.stop();
});

type Form = Readonly<Record<string, string>>;
const bot = basic(BOT, `the-secret-of-${BOT}`);
const otherBot = basic('other-bot', 'the-secret-of-other-bot');
const INTENT = { intent: 'close stale tickets' };

/** Alice's token, with more claims if any, is exchanged. */
const forAlice = async (form: Form, authorization?: string, claims = {}): Promise<Answer> => {
  const subject_token = await people.token({ aud: broker.url, ...claims });
  const asked = { grant_type: EXCHANGE, subject_token, subject_token_type: JWT, ...form };
  return post({ broker }, TOKEN, asked, authorization);
};
const agent = async (workload = 'web-main'): Promise<Form> => ({
  actor_token: await broker.idp.token(workload),
  actor_token_type: ACCESS_TOKEN,
});
const again = (answer: Answer, form: Form, authorization?: string): Promise<Answer> => {
  const subject_token = String(answer.body['access_token']);
  const asked = { grant_type: EXCHANGE, subject_token, subject_token_type: ACCESS_TOKEN, ...form };
  return post({ broker }, TOKEN, asked, authorization);
};
const postWith = async (form: Form, headers: Readonly<Record<string, string>>): Promise<Answer['body']> => {
  const response = await fetch(`${broker.url}${TOKEN}`, { method: 'POST', headers, body: new URLSearchParams(form) });
  return Object(await response.json());
};
/** A key, and proofs of it for the token endpoint (RFC 9449 section 4.2). */
const dpopKey = async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const proof = (htu: string): Promise<string> =>
    new SignJWT({ htm: 'POST', htu })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setJti(randomUUID())
      .setIssuedAt()
      .sign(privateKey);
  return { proof };
};
const claimsOf = (answer: Answer) => decodeJwt(String(answer.body['access_token']));
const recordOf = async (id: unknown): Promise<unknown> => {
  const form = { grant_type: 'client_credentials', scope: 'broker:issuances:read' };
  const { body } = await post({ broker }, TOKEN, form, bot);
  const headers = { authorization: `Bearer ${String(body['access_token'])}` };
  return (await fetch(`${broker.url}/v1/issuances/${String(id)}`, { headers })).json();
};
/** The tags of the last AssumeRole, as STS received them. */
const receivedTags = (): Readonly<Record<string, string | null>> => {
  const form = new URLSearchParams(sts.bodies.findLast((body) => body.includes('Action=AssumeRole&')) ?? '');
  const members = [...form].filter(([name]) => /^Tags\.member\.\d+\.Key$/.test(name));
  return Object.fromEntries(members.map(([name, key]) => [key, form.get(name.replace(/Key$/, 'Value'))]));
};

describe('an agent with a token of its own', () => {
  it('is nested in the token of the person, and stands in the ledger with its proof', async () => {
    const answer = await forAlice({ scope: 'by-agent', ...(await agent()) });
    expect(answer.status).toBe(200);
    const { sub, act, client_id, jti } = claimsOf(answer);
    const claims = { sub: 'people:alice', act: { sub: 'demo:web-main' }, client_id: 'connection:people' };
    expect({ sub, act, client_id }).toEqual(claims);
    expect(await recordOf(jti)).toMatchObject({
      connection: 'people',
      subject: 'alice',
      client: null,
      actor: {
        connection: 'demo',
        client: null,
        subject: 'web-main',
        proof: { kind: 'oidc', issuer: broker.idp.issuer },
      },
    });
  });

  it('is a tag of the AWS session, and stands in the ledger beside its role', async () => {
    const answer = await forAlice({ scope: 'role-by-agent', ...(await agent()) });
    const { IssuanceId } = JSON.parse(String(answer.body['access_token']));
    expect(receivedTags()).toEqual({
      'token-broker:issuance': IssuanceId,
      'token-broker:scope': 'role-by-agent',
      'token-broker:actor': 'demo:web-main',
    });
    expect(await recordOf(IssuanceId)).toMatchObject({ subject: 'alice', actor: { subject: 'web-main' } });
  });

  it.each([
    ['leaves itself out where the rule names it', 'by-agent', {}],
    ['shows itself where the rule is for the person alone', 'by-person', { shown: 'web-main' }],
    ['is not the one that the rule describes', 'by-agent', { shown: 'web-feature' }],
  ])('falls under other rules if it %s', async (_, scope, { shown }: { shown?: string }) => {
    const answer = await forAlice({ scope, ...(shown === undefined ? {} : await agent(shown)) });
    expect([answer.status, answer.body['error'], answer.body['reason']]).toEqual([400, 'invalid_scope', 'not_allowed']);
  });

  it('that leaves itself out has what the person has, and no act', async () => {
    const answer = await forAlice({ scope: 'by-person' });
    expect(claimsOf(answer)).not.toHaveProperty('act');
    await forAlice({ scope: 'role-by-person' });
    expect(Object.keys(receivedTags()).sort()).toEqual(['token-broker:issuance', 'token-broker:scope']);
  });

  it('comes before the client that presents it', async () => {
    const answer = await forAlice({ scope: 'by-agent', ...(await agent()) }, bot);
    expect(claimsOf(answer)).toMatchObject({ act: { sub: 'demo:web-main' }, client_id: BOT });
  });

  it('is refused with a token that is not good', async () => {
    const forged = { actor_token: 'x', actor_token_type: ACCESS_TOKEN };
    const { body } = await forAlice({ scope: 'by-agent', ...forged });
    expect(body).toMatchObject({ error: 'invalid_request', reason: 'token_malformed' });
  });
});

describe('a client that authenticates', () => {
  it('is the actor, in the tag of the AWS session too', async () => {
    const answer = await forAlice({ scope: 'role-by-bot', ...INTENT }, bot);
    expect(answer.status).toBe(200);
    expect(receivedTags()).toMatchObject({ 'token-broker:actor': `client:${BOT}` });
    const { IssuanceId } = JSON.parse(String(answer.body['access_token']));
    const actor = { connection: null, client: BOT, subject: BOT };
    expect(await recordOf(IssuanceId)).toMatchObject({ client: BOT, actor, ...INTENT });
  });

  it('says why where the scope asks for it', async () => {
    const silent = await forAlice({ scope: 'role-by-bot' }, bot);
    expect(silent.body).toMatchObject({ error: 'invalid_request', reason: 'intent_required' });
  });

  it.each([
    ['the client that the rule names', bot, 200],
    ['another client', otherBot, 400],
    ['nobody', undefined, 400],
  ])('presents a token under a rule of connection and client: %s', async (_, presenter, status) => {
    const { body, status: answered } = await forAlice({ scope: 'through-bot' }, presenter);
    expect(answered).toBe(status);
    expect(body['reason']).toBe(status === 200 ? undefined : 'not_allowed');
  });

  it('does not satisfy such a rule by itself, as the subject', async () => {
    const form = { grant_type: 'client_credentials', scope: 'through-bot' };
    expect((await post({ broker }, TOKEN, form, bot)).body).toMatchObject({ reason: 'not_allowed' });
  });
});

describe('may_act (RFC 8693 section 4.4)', () => {
  it.each([
    ['the client that acts', { sub: BOT }],
    ['the client by client_id', { client_id: BOT }],
  ])('admits %s', async (_, may_act) => {
    expect((await forAlice({ scope: 'role-by-bot', ...INTENT }, bot, { may_act })).status).toBe(200);
  });

  it('admits an agent by the sub and iss of its own token', async () => {
    const may_act = { sub: 'web-main', iss: broker.idp.issuer };
    expect((await forAlice({ scope: 'by-agent', ...(await agent()) }, undefined, { may_act })).status).toBe(200);
  });

  it.each([
    ['another client acts', 'role-by-bot', { sub: 'other-bot' }],
    ['the name is one of another issuer', 'role-by-bot', { sub: BOT, iss: 'https://elsewhere.example.com' }],
    ['nobody is named', 'role-by-bot', {}],
    ['it is no object', 'role-by-bot', BOT],
  ])('refuses where %s', async (_, scope, may_act) => {
    const { body } = await forAlice({ scope, ...INTENT }, bot, { may_act });
    expect(body['reason']).toBe('may_act_mismatch');
  });

  it('refuses where nobody acts', async () => {
    const { body } = await forAlice({ scope: 'by-person' }, undefined, { may_act: { sub: BOT } });
    expect(body['reason']).toBe('may_act_mismatch');
  });
});

describe('a chain of exchanges', () => {
  it('nests who acted before, ends with its first token, and has no fourth link', async () => {
    const first = await forAlice({ scope: 'link', duration: '120', ...(await agent()) });
    const second = await again(first, { scope: 'link', ...INTENT }, bot);
    const third = await again(second, { scope: 'link' }, bot);
    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
    expect(claimsOf(second).act).toEqual({ sub: `client:${BOT}`, act: { sub: 'demo:web-main' } });
    expect(claimsOf(third)).toMatchObject({ sub: 'people:alice', exp: claimsOf(first).exp });
    const fourth = await again(third, { scope: 'link' }, bot);
    expect([fourth.status, fourth.body['reason']]).toEqual([400, 'exchange_chain_too_long']);
  });

  it('gives no AWS session that would outlast its token', async () => {
    const first = await forAlice({ scope: 'link', ...(await agent()) });
    const { status, body } = await again(first, { scope: 'role-by-link' });
    expect([status, body['reason']]).toEqual([400, 'proof_ends_too_soon']);
  });
});

describe('what is not lost on the way through a broker token (contract section 2)', () => {
  /** A broker token for this broker, in which `form` or the client acts for Alice. */
  const linked = async (form: Form = {}, authorization?: string, claims = {}): Promise<Answer> => {
    const answer = await forAlice({ scope: 'any-link', ...form }, authorization, claims);
    expect(answer.status).toBe(200);
    return answer;
  };
  const credentials = async (scope: string, form: Form, authorization?: string): Promise<Answer> =>
    post({ broker }, `/v1/credentials/${scope}`, form, authorization);
  const bearer = async (scope: string, answer: Answer): Promise<Answer> => {
    const headers = { authorization: `Bearer ${String(answer.body['access_token'])}` };
    const response = await fetch(`${broker.url}/v1/credentials/${scope}`, { headers });
    return { status: response.status, headers: response.headers, body: Object(await response.json()) };
  };
  const subjectOf = (answer: Answer): Form => ({
    subject_token: String(answer.body['access_token']),
    subject_token_type: ACCESS_TOKEN,
  });

  it('who acted: denied, exchanged, as a bearer and behind another client', async () => {
    const byBot = await linked({}, bot);
    const allowed = await linked({}, otherBot);
    const requests = [
      (answer: Answer) => again(answer, { scope: 'not-by-bot' }),
      (answer: Answer) => again(answer, { scope: 'not-by-bot' }, otherBot),
      (answer: Answer) => bearer('not-by-bot', answer),
      (answer: Answer) => credentials('not-by-bot', subjectOf(answer), otherBot),
    ];
    for (const request of requests) {
      expect((await request(byBot)).body['reason']).toBe('not_allowed');
      expect((await request(allowed)).status).toBe(200);
    }
  });

  it('who acted: told to STS and to the ledger, where nobody authenticates', async () => {
    const byAgent = await linked(await agent());
    const { body } = await bearer('not-by-bot', byAgent);
    expect(receivedTags()).toMatchObject({ 'token-broker:actor': 'demo:web-main' });
    expect(await recordOf(body['IssuanceId'])).toMatchObject({
      ...{ principal: 'alice', connection: 'people', subject: 'alice', proof: { kind: 'broker' } },
      actor: { connection: 'demo', subject: 'web-main', proof: { kind: 'broker' } },
      claims: { act: { sub: 'demo:web-main' } },
    });
  });

  it('whom `may_act` names', async () => {
    const may_act = { sub: BOT };
    const named = await linked({}, bot, { may_act });
    expect(claimsOf(named)['may_act']).toEqual(may_act);
    const second = await again(named, { scope: 'any-link' });
    expect(claimsOf(second)).toMatchObject({ may_act, act: { sub: `client:${BOT}` } });
    for (const token of [named, second]) {
      expect((await again(token, { scope: 'once' }, otherBot)).body['reason']).toBe('may_act_mismatch');
    }
  });

  it('who somebody is: denied, counted and named to AWS as if the token were their own', async () => {
    const mallory = await linked({}, undefined, { sub: 'mallory' });
    expect((await again(mallory, { scope: 'not-mallory' })).body['reason']).toBe('not_allowed');
    const bob = { sub: 'bob' };
    const identityOf = () =>
      new URLSearchParams(sts.bodies.findLast((body) => body.includes('Action=AssumeRole&'))).get('SourceIdentity');
    const link = await linked({}, undefined, bob);
    expect((await forAlice({ scope: 'not-mallory' }, undefined, bob)).status).toBe(200);
    const direct = identityOf();
    expect((await again(link, { scope: 'not-mallory' })).status).toBe(200);
    expect(identityOf()).toBe(direct);
    expect((await forAlice({ scope: 'once' }, undefined, bob)).status).toBe(200);
    expect((await again(link, { scope: 'once' })).status).toBe(429);
  });
});

describe('a token that was sent to a client that is its audience', () => {
  const files = basic('files', 'the-secret-of-files');
  const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const sent = async (authorization?: string, claims = {}): Promise<Answer> => {
    const answer = await forAlice({ scope: 'files:read' }, authorization, claims);
    expect([answer.status, claimsOf(answer).aud]).toEqual([200, FILES]);
    return answer;
  };
  const textOf = (answer: Answer): string => String(answer.body['access_token']);
  const subject = (answer: Answer): Form => ({ subject_token: textOf(answer), subject_token_type: ACCESS_TOKEN });

  it('is exchanged by it for what names it as the actor, and both are told to STS and the ledger', async () => {
    const token = await sent();
    const answer = await again(token, { scope: 'role-by-server' }, files);
    expect(answer).toMatchObject({ status: 200, body: { scope: 'role-by-server' } });
    const { IssuanceId, Expiration } = JSON.parse(textOf(answer));
    expect(Date.parse(Expiration) / 1000).toBeLessThanOrEqual(Number(claimsOf(token).exp));
    expect(receivedTags()).toMatchObject({ 'token-broker:actor': 'client:files' });
    expect(await recordOf(IssuanceId)).toMatchObject({
      ...{ connection: 'people', subject: 'alice', client: 'files', actor: { client: 'files', subject: 'files' } },
      proof: { kind: 'broker', tokenId: claimsOf(token).jti },
    });
  });

  it('nests it around the agent that it was sent by, and what comes of it ends with the token', async () => {
    const token = await sent(bot);
    const answer = await again(token, { scope: 'link-by-server' }, files);
    expect(claimsOf(answer)).toMatchObject({
      ...{ sub: 'people:alice', exp: claimsOf(token).exp },
      act: { sub: 'client:files', act: { sub: `client:${BOT}` } },
    });
  });

  it.each([
    ['another client', {}, otherBot, 'audience_mismatch'],
    ['nobody who authenticates', {}, undefined, 'audience_mismatch'],
    ['it, for a scope that names no actor', { scope: 'by-person' }, files, 'not_allowed'],
    ['it, for a scope that names another one', { scope: 'role-by-bot', ...INTENT }, files, 'not_allowed'],
    ['it, by an assertion grant', { grant_type: jwtBearer }, files, 'audience_mismatch'],
  ])('is not taken from %s', async (_, form: Form, authorization, reason) => {
    const token = await sent();
    const asked = form['grant_type'] === undefined ? {} : { assertion: textOf(token) };
    const proof = form['grant_type'] === undefined ? subject(token) : {};
    const scoped = { grant_type: EXCHANGE, scope: 'role-by-server', ...proof, ...asked, ...form };
    expect((await post({ broker }, TOKEN, scoped, authorization)).body['reason']).toBe(reason);
  });

  it('is none beside an actor_token of somebody else, and no actor_token', async () => {
    const token = await sent();
    const beside = await again(token, { scope: 'role-by-server', ...(await agent()) }, files);
    expect(beside.body).toMatchObject({ error: 'invalid_request', reason: 'proof_client_mismatch' });
    const actor = { actor_token: textOf(token), actor_token_type: ACCESS_TOKEN };
    expect((await forAlice({ scope: 'any-link', ...actor }, files)).body['reason']).toBe('audience_mismatch');
  });

  it('is no proof anywhere else, whoever brings it', async () => {
    const token = await sent();
    const path = '/v1/credentials/role-by-server';
    expect((await post({ broker }, path, subject(token), files)).body['reason']).toBe('audience_mismatch');
    const bearer = { headers: { authorization: `Bearer ${textOf(token)}` } };
    for (const route of [path, '/v1/issuances', '/v1/scopes']) {
      const response = await fetch(`${broker.url}${route}`, bearer);
      expect([response.status, await response.json()]).toMatchObject([401, { reason: 'audience_mismatch' }]);
    }
    const sts = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleSessionName: 'agent' };
    const RoleArn = 'arn:aws:broker:::scope/role-by-server';
    const body = new URLSearchParams({ ...sts, RoleArn, WebIdentityToken: textOf(token) });
    const answer = await fetch(`${broker.url}/sts`, { method: 'POST', body });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('audience')]);
  });

  it('is over for it, too, once it is revoked, and held to its may_act', async () => {
    const token = await sent(bot);
    expect((await post({ broker }, '/oauth2/revoke', { token: textOf(token) }, bot)).status).toBe(200);
    expect((await again(token, { scope: 'role-by-server' }, files)).body['reason']).toBe('revoked');
    const forBot = await sent(bot, { may_act: { sub: BOT } });
    expect((await again(forBot, { scope: 'role-by-server' }, files)).body['reason']).toBe('may_act_mismatch');
  });

  it('bound to a key is good with a proof of that key alone, which the server cannot have', async () => {
    const key = await dpopKey();
    const subject_token = await people.token({ aud: broker.url });
    const asked = { grant_type: EXCHANGE, subject_token, subject_token_type: JWT, scope: 'files:read' };
    const bound = await postWith(asked, { dpop: await key.proof(`${broker.url}${TOKEN}`) });
    expect(bound).toMatchObject({ token_type: 'DPoP' });
    const exchange = {
      ...{ grant_type: EXCHANGE, subject_token: String(bound['access_token']), subject_token_type: ACCESS_TOKEN },
      scope: 'role-by-server',
    };
    const authorization = files;
    expect(await postWith(exchange, { authorization })).toMatchObject({ reason: 'dpop_proof_missing' });
    const own = await (await dpopKey()).proof(`${broker.url}${TOKEN}`);
    expect(await postWith(exchange, { authorization, dpop: own })).toMatchObject({ reason: 'dpop_key_mismatch' });
  });
});

describe('who acts at /v1/credentials', () => {
  it('is `actor_token`, or the client of a Basic header beside `subject_token`', async () => {
    const subject_token = await people.token({ aud: broker.url });
    const subject = { subject_token, subject_token_type: JWT };
    const asked = async (form: Form, authorization?: string) =>
      (await post({ broker }, '/v1/credentials/not-mallory', form, authorization)).status;
    expect(await asked({ ...subject, ...(await agent()) })).toBe(200);
    expect(receivedTags()).toMatchObject({ 'token-broker:actor': 'demo:web-main' });
    expect(await asked(subject, bot)).toBe(200);
    expect(receivedTags()).toMatchObject({ 'token-broker:actor': `client:${BOT}` });
    expect(await asked({ ...subject, ...(await agent()) }, bot)).toBe(200);
    expect(receivedTags()).toMatchObject({ 'token-broker:actor': 'demo:web-main' });
    expect(await asked(subject)).toBe(200);
    expect(receivedTags()).not.toHaveProperty('token-broker:actor');
  });
});

describe('budgets and sequences', () => {
  const asClient = (scope: string, authorization = bot): Promise<Answer> =>
    post({ broker }, TOKEN, { grant_type: 'client_credentials', scope }, authorization);

  it('gives three of fifty who come at once what three may have alive, and one more once one is revoked', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => asClient('few-alive')));
    const granted = answers.filter(({ status }) => status === 200);
    expect(granted).toHaveLength(3);
    const refused = answers.find(({ status }) => status !== 200);
    expect(refused).toMatchObject({ status: 429, body: { error: 'temporarily_unavailable' } });
    const wait = Number(refused?.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(200);
    expect(wait).toBeLessThanOrEqual(300 + 60);
    const token = String(granted[0]?.body['access_token']);
    expect((await post({ broker }, '/oauth2/revoke', { token }, bot)).status).toBe(200);
    // Who was found alive counts as that for 3 s (docs/caches.md).
    const until = Date.now() + 10_000;
    let next = await asClient('few-alive', otherBot);
    while (next.status === 429 && Date.now() < until) {
      await setTimeout(250);
      next = await asClient('few-alive', otherBot);
    }
    expect(next.status).toBe(200);
    expect((await asClient('few-alive')).status).toBe(429);
  });

  it('grants what comes after a ticket to whoever has one, and to nobody else', async () => {
    const before = await asClient('after-ticket');
    expect(before).toMatchObject({ status: 400, body: { error: 'invalid_scope', reason: 'prior_issuance_missing' } });
    expect((await asClient('ticket')).status).toBe(200);
    expect((await asClient('after-ticket')).status).toBe(200);
    expect((await asClient('after-ticket', otherBot)).status).toBe(400);
  });

  it('counts against whoever acts, for whomever, and whoever acted before', async () => {
    expect((await forAlice({ scope: 'few-by-actor' }, bot)).status).toBe(200);
    expect((await forAlice({ scope: 'few-by-actor' }, bot, { sub: 'bob' })).status).toBe(429);
    expect((await forAlice({ scope: 'few-by-actor' }, otherBot)).status).toBe(200);
    const link = await forAlice({ scope: 'any-link' }, bot);
    expect((await again(link, { scope: 'few-by-actor', ...(await agent()) })).status).toBe(429);
  });
});
