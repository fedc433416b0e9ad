import type { JsonObject } from '../../lib/json.ts';
import { BrokerRefusal, credentialsIn } from '../caller/broker.ts';
import { callerOf } from '../caller/documents.ts';
import { type Keeper, keep } from '../caller/keeper.ts';
import { askOwnApi } from '../caller/own-api.ts';
import { readSettings } from '../caller/settings.ts';
import type { Arguments, Terminal } from '../command.ts';
import { allowedBy } from './allowed.ts';
import { type AwsRequest, sendThrough } from './aws-request.ts';
import { endpointsOf } from './endpoints.ts';
import { logFile, openLog } from './log.ts';
import type { CallTool, ToolAnswer } from './mcp-server.ts';
import { placeholderKeys } from './placeholder.ts';
import { type Proxy as SigningProxy, startProxy } from './proxy.ts';

/** What a caller needs to be told the scopes. */
const TO_LIST = 'broker:explain';

interface Session {
  readonly keeper: Keeper;
  readonly proxy: SigningProxy;
}

/** The tools of an agent, over the caller's settings. Throws UsageError or Error for what of these cannot be used. */
export function agentTools(given: Arguments, terminal: Terminal): { readonly call: CallTool; close(): Promise<void> } {
  const placeholder = placeholderKeys();
  const shared = {
    placeholder,
    endpoints: endpointsOf(terminal.env),
    allowed: allowedBy(given.values('allow')),
    streaming: given.has('allow-streaming') ? ('allowed' as const) : ('refused' as const),
    log: openLog(logFile(given.value('log'), terminal)),
  };
  const sessions = new Map<string, Session>();
  let last = 'nothing was refused yet';
  const say = (line: string) => terminal.err(`token-broker mcp: ${line}\n`);

  const callerFor = async (asked: JsonObject) => {
    const settings = await readSettings(given, terminal);
    const { scope, intent, parameters } = { scope: textOf(asked, 'scope'), ...asking(asked) };
    return callerOf({ ...settings, scope, intent: intent ?? settings.intent, parameters }, terminal, 'quiet');
  };

  const requestAccess = async (asked: JsonObject): Promise<ToolAnswer> => {
    const caller = await callerFor(asked);
    const { scope } = caller.settings;
    const first = [await caller.credentials()];
    const keeper = await keep(scope, async () => first.pop() ?? caller.credentials(), say);
    const before = sessions.get(scope);
    const proxy = await startProxy({ ...shared, credentials: () => keeper.current() });
    sessions.set(scope, { keeper, proxy });
    await endOf(before);
    const { Expiration, IssuanceId } = keeper.current();
    return done({
      granted: true,
      scope,
      expires: Expiration,
      issuance: typeof IssuanceId === 'string' ? IssuanceId : null,
      next: 'aws_request',
    });
  };

  const awsRequest = async (asked: JsonObject): Promise<ToolAnswer> => {
    const [only, ...others] = [...sessions.keys()];
    const scope = asked['scope'] === undefined && others.length === 0 ? only : textOf(asked, 'scope');
    const session = scope === undefined ? undefined : sessions.get(scope);
    if (session === undefined) return no('there is no session: call request_access first');
    const { status, type, body, isWhole } = await sendThrough(session.proxy.url, placeholder, requestOf(asked));
    if (status === 403) last = `a request to ${textOf(asked, 'service')} was answered 403: ${body.slice(0, 2000)}`;
    const answer = { status, type, body, ...(isWhole ? {} : { note: 'cut after 64 KiB: ask for less' }) };
    return { ...done(answer), failed: status >= 400 };
  };

  const getToken = async (asked: JsonObject): Promise<ToolAnswer> => {
    const answer = await (await callerFor(asked)).token();
    if (credentialsIn(answer) !== null)
      return no('this scope grants an AWS session, whose keys are given to nobody here: call request_access');
    return done({ access_token: answer.access_token, expires_in: answer['expires_in'] ?? null });
  };

  const listScopes = async (): Promise<ToolAnswer> => {
    const all = await askOwnApi(given, terminal, { scope: TO_LIST, path: '/v1/scopes?limit=100' });
    return done(all);
  };

  const tools: Readonly<Record<string, (asked: JsonObject) => Promise<ToolAnswer>>> = {
    list_scopes: listScopes,
    request_access: requestAccess,
    aws_request: awsRequest,
    get_token: getToken,
    why_refused: async () => ({ text: last, failed: false }),
  };
  const call: CallTool = async (name, asked) => {
    try {
      return (await tools[name]?.(asked)) ?? no('there is no tool of that name');
    } catch (error) {
      if (!(error instanceof BrokerRefusal)) throw error;
      const { pending } = error;
      if (pending === null) {
        const scope = name === 'list_scopes' ? TO_LIST : asked['scope'];
        last = `${typeof scope === 'string' ? `scope ${scope}: ` : ''}${error.message}${await explained(error.reason)}`;
        return no(last);
      }
      return done({
        ...{ granted: false, error: 'authorization_pending', approval_uri: pending.uri },
        ...{ expires_in: pending.expiresIn, interval: pending.interval },
        next: 'show approval_uri to the user, and call again with the same arguments',
      });
    }
  };
  return { call, close: async () => void (await Promise.all([...sessions.values()].map(endOf))) };
}

/** What brings a refusal about and what to change, as docs/refusals.md has it. */
async function explained(reason: string): Promise<string> {
  const { explanations } = await import('../../lib/refusals/explained/registry.ts');
  const found = Object.entries(explanations).find(([name]) => name === reason)?.[1];
  return found === undefined ? '' : `\ncause: ${found.cause}\nfix: ${found.fix}`;
}

async function endOf(session: Session | undefined): Promise<void> {
  session?.keeper.stop();
  await session?.proxy.close();
}

const LONGEST = 64 * 1024;
const done = (answer: JsonObject): ToolAnswer => {
  const text = JSON.stringify(answer);
  return { text: text.length <= 2 * LONGEST ? text : `${text.slice(0, 2 * LONGEST)}… (cut)`, failed: false };
};
const no = (text: string): ToolAnswer => ({ text, failed: true });

function textOf(asked: JsonObject, name: string): string {
  const value = asked[name];
  if (typeof value !== 'string' || value === '') throw new Error(`${name} has to be a text`);
  return value;
}

function asking(asked: JsonObject) {
  const { intent } = asked;
  if (intent !== undefined && typeof intent !== 'string') throw new Error('intent has to be a text');
  return { intent: intent ?? null, parameters: textsOf(asked, 'parameters') };
}

function textsOf(asked: JsonObject, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(Object(asked[name] ?? {}));
  return Object.fromEntries(
    entries.map(([each, value]) => {
      if (typeof value !== 'string') throw new Error(`${name}.${each} has to be a text`);
      return [each, value];
    }),
  );
}

function requestOf(asked: JsonObject): AwsRequest {
  const [service, region, path] = [textOf(asked, 'service'), textOf(asked, 'region'), textOf(asked, 'path')];
  const method = textOf(asked, 'method').toUpperCase();
  if (!/^[a-z0-9-]{1,63}$/.test(service) || !/^[a-z0-9-]{1,63}$/.test(region))
    throw new Error('service and region are names such as s3 and eu-central-1');
  if (!/^(?:GET|PUT|POST|DELETE|HEAD|PATCH)$/.test(method)) throw new Error('method is one of HTTP');
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[?#]/.test(path))
    throw new Error('path begins with / and is encoded as in a URL');
  const query = Object.entries(textsOf(asked, 'query'))
    .map((pair) => pair.map((each) => encodeURIComponent(each)).join('='))
    .join('&');
  const body = asked['body'] === undefined || asked['body'] === '' ? '' : textOf(asked, 'body');
  return { service, region, method, path, query, headers: textsOf(asked, 'headers'), body };
}
