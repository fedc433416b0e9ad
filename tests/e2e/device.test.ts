import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import { type Broker, startBroker } from './broker.ts';
import { Browser, CONFIGURATION, formOf, ROLE, readAuthnRequest } from './saml-person.ts';

/** A resource server that acts for whoever sends it a token, at a scope for those of `corp` and at one for others. */
const SERVER = {
  'clients/files.yaml':
    'client: files\nsecret: token-broker/clients/files\naudiences: ["https://files.example.com/<b>"]\n',
  'scopes/files.yaml':
    'scope: files\nallow: [{ connection: corp }]\ngrant: { type: broker-token, audience: "https://files.example.com/<b>" }\n',
  'scopes/bucket.yaml': `scope: bucket\nallow: [{ connection: corp, actor: { client: files } }]\ngrant: { type: aws-session, roleArn: '${ROLE}' }\n`,
  'scopes/portal-only.yaml': `scope: portal-only\nallow: [{ connection: portal, actor: { client: files } }]\ngrant: { type: aws-session, roleArn: '${ROLE}' }\n`,
};

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker({ config: { ...CONFIGURATION, ...SERVER } });
}, 60_000);
afterAll(() => broker.stop());

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const post = (path: string, form: Readonly<Record<string, string>>) =>
  fetch(`${broker.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });

interface Begun {
  readonly device_code: string;
  readonly user_code: string;
  readonly interval: number;
}

const ask = (more: Readonly<Record<string, string>> = {}) => {
  const all = { client_id: 'cli', connection: 'corp', scope: 'api', device_name: 'build-7 <b>', ...more };
  return post(
    '/oauth2/device_authorization',
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
  );
};
const begin = async (more: Readonly<Record<string, string>> = {}) => (await (await ask(more)).json()) as Begun;
const poll = (device: Begun, more: Readonly<Record<string, string>> = {}) =>
  post('/oauth2/token', { grant_type: GRANT, device_code: device.device_code, client_id: 'cli', ...more });
const reasonOf = async (answer: Response) => {
  const { error, reason } = (await answer.json()) as { error: string; reason: string };
  return [answer.status, error, reason];
};

/** Types the code, signs in, and returns the page that asks. */
async function toConsent(
  code: string,
  person = new Browser(broker.url),
  chosen: Readonly<Record<string, string>> = {},
) {
  const compared = await (await person.post('/device', { user_code: code, ...chosen })).text();
  const link = /<a rel="noreferrer" href="([^"]+)"/.exec(compared)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const page = await (await person.answer(readAuthnRequest(link).id)).text();
  return { person, compared, page };
}

async function decide(code: string, decision: 'allow' | 'deny') {
  const { person, page } = await toConsent(code);
  return person.decide(formOf(page), decision);
}

describe('the device grant (RFC 8628)', () => {
  it('gives a client that others wrote its token once the person has allowed it', async () => {
    const options = { [oauth.allowInsecureRequests]: true };
    const as = await oauth.processDiscoveryResponse(
      new URL(broker.url),
      await oauth.discoveryRequest(new URL(broker.url), { ...options, algorithm: 'oauth2' }),
    );
    const client = { client_id: 'cli' };
    const parameters = { scope: 'api', connection: 'corp' };
    const asked = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), parameters, options);
    const device = await oauth.processDeviceAuthorizationResponse(as, client, asked);
    expect(device).toMatchObject({ expires_in: 600, interval: 5, verification_uri: `${broker.url}/device` });
    const done = await decide(device.user_code, 'allow');
    expect(await done.text()).toContain('Go back to your device');
    const answer = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), device.device_code, options);
    const token = await oauth.processDeviceCodeResponse(as, client, answer);
    expect(token).toMatchObject({ token_type: 'bearer', scope: 'api' });
  });

  it('shows code, machine as a quotation, and address, before the sign-in and before the decision', async () => {
    const device = await begin();
    const { compared, page } = await toConsent(device.user_code.toLowerCase().replace('-', ' '));
    for (const shown of [compared, page]) {
      expect(shown).toContain(device.user_code);
      expect(shown).toContain('“build-7 &lt;b&gt;”');
      expect(shown).toContain('127.0.0.1');
      expect(shown).toContain('Did somebody send you this code');
    }
  });

  it('fills in the code of verification_uri_complete, to be compared, and looks nothing up', async () => {
    const page = await (await fetch(`${broker.url}/device?user_code=bcdf-ghjk`)).text();
    expect(page).toContain('value="BCDF-GHJK"');
    expect(page).toContain('Compare this code');
    expect(await (await fetch(`${broker.url}/device?user_code=%3Cb%3E`)).text()).not.toContain('<b>');
  });

  it('answers authorization_pending, then slow_down to who asks too often, and waits longer', async () => {
    const device = await begin();
    expect(await reasonOf(await poll(device))).toEqual([400, 'authorization_pending', 'device_pending']);
    expect(await reasonOf(await poll(device))).toEqual([400, 'slow_down', 'device_slow_down']);
    const answer = (await (await poll(device)).json()) as { error_description: string };
    expect(answer.error_description).toContain('15 seconds');
  });

  it('of a resource alone gives the scopes there that the person may have, who chooses where to sign in', async () => {
    const device = await begin({ scope: '', resource: 'https://api.example.com', connection: '' });
    const person = new Browser(broker.url);
    const choice = await (await person.post('/device', { user_code: device.user_code })).text();
    expect(choice).toContain('“build-7 &lt;b&gt;”');
    expect(choice).toContain('https://api.example.com');
    const names = [...choice.matchAll(/name="connection" value="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toContain('corp');
    const [, kept = ''] = /name="user_code" value="([^"]+)"/.exec(choice) ?? [];
    const { page } = await toConsent(kept, person, { connection: 'corp' });
    expect(page).toContain('api, other');
    await person.decide(formOf(page), 'allow');
    expect(await (await poll(device)).json()).toMatchObject({ token_type: 'Bearer', scope: 'api other' });
  });

  it('is for the connection that the program named, whatever is chosen', async () => {
    const device = await begin();
    const answer = await new Browser(broker.url).post('/device', { user_code: device.user_code, connection: 'portal' });
    expect(await answer.text()).toContain('sign in at corp');
  });

  it.each(['nowhere', 'aws-iam'])('sends nobody to a connection %s that is none to sign in at', async (connection) => {
    const device = await begin({ connection: '' });
    const answer = await new Browser(broker.url).post('/device', { user_code: device.user_code, connection });
    expect([answer.status, (await answer.text()).includes('sign_in_connection')]).toEqual([404, true]);
  });

  it.each([
    [
      'a resource of which they may have nothing',
      { scope: '', resource: 'https://nobody.example.com' },
      'target_mismatch',
    ],
    ['a scope whose rules do not let them in', { scope: 'closed' }, 'not_allowed'],
    ['a scope that there is not', { scope: 'no-such-scope' }, 'not_allowed'],
  ])('says it to the person on the page and to the device at its next poll: %s', async (_, asked, reason) => {
    const device = await begin(asked);
    const { page } = await toConsent(device.user_code);
    expect(page).toMatch(/may (?:not )?have/);
    expect(page).toContain(reason);
    expect(page).toContain('has been told');
    const answer = await poll(device);
    const said = JSON.parse(await answer.clone().text());
    expect(await reasonOf(answer)).toEqual([400, 'access_denied', 'device_refused']);
    expect(said.error_description).toContain(reason);
    expect((await new Browser(broker.url).post('/device', { user_code: device.user_code })).status).toBe(400);
  });

  it('is told that the proof of a sign-in is none here, by the browser that began it and by no other', async () => {
    const device = await begin();
    const elsewhere = { audience: 'https://elsewhere.example' };
    const { person } = await toConsent(device.user_code);
    const compared = await (await person.post('/device', { user_code: device.user_code })).text();
    const { id } = readAuthnRequest(/href="([^"]+)"/.exec(compared)?.[1]?.replaceAll('&amp;', '&') ?? '');
    await new Browser(broker.url).answer(id, elsewhere);
    expect((await reasonOf(await poll(device)))[2]).toBe('device_pending');
    expect(await (await person.answer(id, elsewhere)).text()).toContain('has been told');
    expect((await reasonOf(await poll(device, { client_id: 'bot' })))[2]).toBe('code_client_mismatch');
    expect(await reasonOf(await poll(device))).toEqual([400, 'access_denied', 'device_refused']);
  });

  it.each([
    ['for a device', async () => (await toConsent((await begin({ scope: 'files' })).user_code)).page],
    ['for a program', async () => (await new Browser(broker.url).signIn({ scope: 'files' })).text()],
  ])(
    '%s the page says which server may act for the person, and at which scopes, and marks nothing up',
    async (_, page) => {
      const text = (await page()).replaceAll('\n', ' ');
      expect(text).toContain(
        '“files” (https://files.example.com/&lt;b&gt;), which <strong>may then act for you</strong>',
      );
      expect(text).toContain('where their rules let it: bucket.');
    },
  );

  it('says nothing of a server where the tokens go to none', async () => {
    expect((await toConsent((await begin()).user_code)).page).not.toContain('act for you');
  });

  it('gives nothing to who was denied', async () => {
    const device = await begin();
    expect(await (await decide(device.user_code, 'deny')).text()).toContain('The device gets nothing');
    expect(await reasonOf(await poll(device))).toEqual([400, 'access_denied', 'device_denied']);
  });

  it('is redeemed by one of 50 pollers, and what it gave is revoked when it comes again', async () => {
    const device = await begin();
    await decide(device.user_code, 'allow');
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(device)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await reasonOf(await poll(device))).toEqual([400, 'invalid_grant', 'replayed']);
  });

  it('gives an AWS session by token exchange', async () => {
    const device = await begin({ scope: 'web' });
    await decide(device.user_code, 'allow');
    const granted = await post('/oauth2/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:token-broker:token-type:device-code',
      subject_token: device.device_code,
      client_id: 'cli',
    });
    const { issued_token_type: type } = (await granted.json()) as { issued_token_type: string };
    expect(type).toBe('urn:token-broker:token-type:aws-credentials');
  });

  it('lets one person decide, once', async () => {
    const device = await begin();
    const [one, other] = [await toConsent(device.user_code), await toConsent(device.user_code)];
    expect((await one.person.decide(formOf(one.page), 'deny')).status).toBe(200);
    const late = await other.person.decide(formOf(other.page));
    expect([late.status, (await late.text()).includes('user_code_unknown')]).toEqual([400, true]);
    expect((await new Browser(broker.url).post('/device', { user_code: device.user_code })).status).toBe(400);
  });

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 400, 'client_unknown'],
    ['a client that has a secret', { client_id: 'bot' }, 400, 'client_not_permitted'],
    ['no client', { client_id: '' }, 400, 'parameter_missing'],
    ['no scope', { scope: '' }, 400, 'scope_missing'],
    ['a resource that is no absolute URI', { scope: '', resource: 'api' }, 400, 'target_mismatch'],
    ['an unknown connection', { connection: 'nowhere' }, 404, 'sign_in_connection'],
    ['a name that turns the text around it', { device_name: 'a\u202eb' }, 400, 'parameter_invalid'],
    ['a policy', { policy: '{}' }, 400, 'parameter_invalid'],
  ])('begins nothing for %s', async (_, more, status, reason) => {
    const [got, error, why] = await reasonOf(await ask(more));
    expect([got, why]).toEqual([status, reason]);
    expect(error === 'invalid_client').toBe(reason === 'client_unknown');
  });

  it.each([
    ['another client', { client_id: 'bot' }, 'code_client_mismatch'],
    ['a code that was altered', { device_code: `BCDFGHJK.${'a'.repeat(43)}` }, 'device_code_unknown'],
    ['the user code alone', { device_code: 'BCDF-GHJK' }, 'device_code_unknown'],
    ['a scope that the person did not allow', { scope: 'other' }, 'code_scope_mismatch'],
  ])('gives nothing to %s', async (_, more, reason) => {
    const device = await begin();
    await decide(device.user_code, 'allow');
    expect((await reasonOf(await poll(device, more)))[2]).toBe(reason);
  });

  it('lets nobody guess: ten codes that no device has, and none is tried from there for a while', async () => {
    const guess = (code: string) => new Browser(broker.url).post('/device', { user_code: code });
    const device = await begin();
    const statuses: number[] = [];
    for (let tries = 0; tries < 10; tries += 1) statuses.push((await guess(`BCDF-GHJ${'KLMNPQRSTV'[tries]}`)).status);
    // Four that were used up were tried before, from this address too.
    expect(statuses).toEqual([...Array.from({ length: 6 }, () => 400), ...Array.from({ length: 4 }, () => 429)]);
    const blocked = await guess(device.user_code);
    expect([blocked.status, blocked.headers.has('retry-after')]).toEqual([429, true]);
  });
});
