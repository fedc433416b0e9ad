import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { CHALLENGE, formOf, REDIRECT, readAuthnRequest, VERIFIER } from '../../e2e/saml-person.ts';
import type { HttpAnswer } from './hosted-function.ts';
import type { FunctionName, Lane } from './lane.ts';
import { somebody } from './saml-scenarios.ts';
import { form, type Presented, request, type Scenario, type WentOn } from './scenario.ts';

/** Sends it without any fault: what the last one left behind may take a while to pass. */
async function ask(lane: Lane, name: FunctionName, event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  const called = await lane.answeredInTime(name, event, 12);
  if (called === 'killed' || 'threw' in called) throw new Error(`no answer of ${name} without any fault`);
  return called.answer;
}

const locationOf = ({ headers }: HttpAnswer): string => headers?.['location'] ?? '';
const codeOf = (answer: HttpAnswer): string | null => /[?&]code=([^&]+)/.exec(locationOf(answer))?.[1] ?? null;

const isToProvider = (answer: HttpAnswer): boolean => locationOf(answer).includes('SAMLRequest=');

const cookiesOf = ({ cookies = [] }: HttpAnswer): readonly string[] => cookies.map((set) => set.replace(/;.*/, ''));

/** A browser that begins: what the program sends it to. */
function begin({ number }: Lane, scope: string): APIGatewayProxyEventV2 {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'cli',
    redirect_uri: REDIRECT,
    scope,
    connection: `corp-${number}`,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  return request({ path: '/oauth2/authorize', query: query.toString() });
}

/** The identity provider's answer to the redirect, posted by the browser that was sent there. */
function answering(lane: Lane, issuer: string, began: HttpAnswer): Presented {
  if (!isToProvider(began)) throw new Error(`no sign-in begins: ${JSON.stringify(began)}`);
  return answeringAt(lane, issuer, locationOf(began), cookiesOf(began));
}

function answeringAt({ number }: Lane, issuer: string, place: string, cookies: readonly string[]): Presented {
  const audience = `${issuer}/saml/corp-${number}`;
  const { id } = readAuthnRequest(place);
  const { document, principal } = somebody({ audience, recipient: `${audience}/acs`, inResponseTo: id });
  return { event: form(`/saml/corp-${number}/acs`, { SAMLResponse: document }, { cookies }), principal };
}

/** The button of the page, pressed in the same browser. */
const allowing = (page: HttpAnswer, { event, principal }: Presented): Presented => ({
  event: form('/oauth2/authorize', { ...formOf(page.body ?? ''), decision: 'allow' }, { cookies: event.cookies ?? [] }),
  principal,
});

const PROGRAM = { client_id: 'cli', redirect_uri: REDIRECT, code_verifier: VERIFIER };

const redeeming = (code: string): APIGatewayProxyEventV2 =>
  form('/oauth2/token', { grant_type: 'authorization_code', code, ...PROGRAM });

const exchanging = (code: string): APIGatewayProxyEventV2 =>
  form('/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: code,
    subject_token_type: 'urn:token-broker:token-type:authorization-code',
    ...PROGRAM,
  });

async function fromDecision(lane: Lane, decided: HttpAnswer): Promise<WentOn | null> {
  const code = codeOf(decided);
  return code === null ? null : { last: await ask(lane, 'token', redeeming(code)), secrets: [code] };
}

async function fromPage(lane: Lane, answered: Presented, page: HttpAnswer): Promise<WentOn | null> {
  const { secret } = formOf(page.body ?? '');
  if (secret === undefined) return null;
  const rest = await fromDecision(lane, await ask(lane, 'sign-in', allowing(page, answered).event));
  return rest === null ? { last: page, secrets: [secret] } : { ...rest, secrets: [secret, ...rest.secrets] };
}

async function fromRedirect(lane: Lane, issuer: string, began: HttpAnswer): Promise<WentOn | null> {
  if (!isToProvider(began)) return null;
  const answered = answering(lane, issuer, began);
  return fromPage(lane, answered, await ask(lane, 'sign-in', answered.event));
}

async function signedIn(lane: Lane, issuer: string, scope: string): Promise<Presented> {
  return answering(lane, issuer, await ask(lane, 'sign-in', begin(lane, scope)));
}

async function decision(lane: Lane, issuer: string, scope: string): Promise<Presented> {
  const answered = await signedIn(lane, issuer, scope);
  return allowing(await ask(lane, 'sign-in', answered.event), answered);
}

async function code(lane: Lane, issuer: string, scope: string) {
  const { event, principal } = await decision(lane, issuer, scope);
  return { code: codeOf(await ask(lane, 'sign-in', event)) ?? '', principal };
}

/** The device codes of the decisions that are for a device. */
const deviceCodes = new WeakMap<Presented, string>();

const polling = (device: string): APIGatewayProxyEventV2 =>
  form('/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device,
    client_id: 'cli',
  });

/** The button that allows a device what it asked for, in the browser of somebody who typed its code and signed in. */
async function deviceDecision(lane: Lane, issuer: string): Promise<Presented> {
  const asked = { client_id: 'cli', scope: 'api', connection: `corp-${lane.number}` };
  const began = await ask(lane, 'sign-in', form('/oauth2/device_authorization', asked));
  const { user_code, device_code } = Object(JSON.parse(began.body ?? '{}'));
  const compared = await ask(lane, 'sign-in', form('/device', { user_code }));
  const [, link = ''] = /<a rel="noreferrer" href="([^"]+)"/.exec(compared.body ?? '') ?? [];
  const answered = answeringAt(lane, issuer, link.replaceAll('&amp;', '&'), cookiesOf(compared));
  const decided = allowing(await ask(lane, 'sign-in', answered.event), answered);
  deviceCodes.set(decided, device_code);
  return decided;
}

async function fromDevice(lane: Lane, presented: Presented, decided: HttpAnswer): Promise<WentOn | null> {
  const device = deviceCodes.get(presented) ?? '';
  return decided.statusCode === 200 ? { last: await ask(lane, 'token', polling(device)), secrets: [device] } : null;
}

/** A person at a browser, step by step, and the program that gets the code. */
export const SIGN_IN_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a browser begins to sign in',
    function: 'sign-in',
    reuse: 'any',
    present: async (lane) => ({ event: begin(lane, 'api'), principal: null }),
    goOn: (lane, issuer, _, answer) => fromRedirect(lane, issuer, answer),
  },
  {
    name: 'an identity provider answers (ACS)',
    function: 'sign-in',
    reuse: 'once',
    // Once the answer is taken, the request that it answers is none of ours any more.
    spent: ['replayed', 'sign_in_unknown', 'saml_in_response_to'],
    present: (lane, issuer) => signedIn(lane, issuer, 'api'),
    goOn: (lane, _, presented, answer) => fromPage(lane, presented, answer),
  },
  {
    name: 'a person allows it',
    function: 'sign-in',
    reuse: 'once',
    spent: ['sign_in_unknown'],
    present: (lane, issuer) => decision(lane, issuer, 'api'),
    goOn: (lane, _, __, answer) => fromDecision(lane, answer),
  },
  {
    name: 'a person allows a device',
    function: 'sign-in',
    reuse: 'once',
    spent: ['sign_in_unknown'],
    present: deviceDecision,
    goOn: (lane, _, presented, answer) => fromDevice(lane, presented, answer),
  },
  {
    name: 'a device code gets a broker token',
    function: 'token',
    reuse: 'once',
    present: async (lane, issuer) => {
      const decided = await deviceDecision(lane, issuer);
      await ask(lane, 'sign-in', decided.event);
      return { event: polling(deviceCodes.get(decided) ?? ''), principal: decided.principal };
    },
  },
  {
    name: 'a code gets a broker token',
    function: 'token',
    reuse: 'once',
    present: async (lane, issuer) => {
      const had = await code(lane, issuer, 'api');
      return { event: redeeming(had.code), principal: had.principal };
    },
  },
  {
    name: 'a code gets an AWS session',
    function: 'token',
    reuse: 'once',
    present: async (lane, issuer) => {
      const had = await code(lane, issuer, 'role');
      return { event: exchanging(had.code), principal: had.principal };
    },
  },
];
