import type { JsonObject } from '../../lib/json.ts';
import { BrokerRefusal, credentialsIn } from '../caller/broker.ts';
import { callerOf } from '../caller/documents.ts';
import { type Keeper, keep } from '../caller/keeper.ts';
import { askOwnApi } from '../caller/own-api.ts';
import { readSettings } from '../caller/settings.ts';
import type { Arguments, Terminal } from '../command.ts';
import { errorMessage } from '../error-message.ts';
import { allowedBy } from './allowed.ts';
import { sendThrough } from './aws-request.ts';
import { endpointsOf } from './endpoints.ts';
import { logFile, openLog } from './log.ts';
import type { CallTool, ToolAnswer } from './mcp-server.ts';
import { placeholderKeys } from './placeholder.ts';
import { type Proxy as SigningProxy, startProxy } from './proxy.ts';
import { asking, checkNames, requestOf, textOf } from './tool-arguments.ts';

/** What a caller needs to be told the scopes. */
const TO_LIST = 'broker:explain';

interface Session {
  readonly keeper: Keeper;
  readonly proxy: SigningProxy;
}

/** The tools of an agent, over the caller's settings. Throws UsageError or Error for what of these cannot be used. */
export function agentTools(given: Arguments, terminal: Terminal): { readonly call: CallTool; close(): Promise<void> } {
  const tools = new AgentTools(given, terminal);
  return { call: (name, asked) => tools.call(name, asked), close: () => tools.close() };
}

class AgentTools {
  readonly #given: Arguments;
  readonly #terminal: Terminal;
  readonly #shared: Omit<Parameters<typeof startProxy>[0], 'credentials'>;
  readonly #sessions = new Map<string, Session>();
  #refused = 'nothing was refused yet';

  constructor(given: Arguments, terminal: Terminal) {
    this.#given = given;
    this.#terminal = terminal;
    this.#shared = {
      placeholder: placeholderKeys(),
      endpoints: endpointsOf(terminal.env),
      allowed: allowedBy(given.values('allow')),
      streaming: given.has('allow-streaming') ? 'allowed' : 'refused',
      log: openLog(logFile(given.value('log'), terminal)),
    };
  }

  async call(...[name, asked]: Parameters<CallTool>): Promise<ToolAnswer> {
    try {
      return await this.#callTool(name, asked);
    } catch (error) {
      const answer = await answerToError(error, name, asked);
      if (error instanceof BrokerRefusal && answer.failed) this.#refused = answer.text;
      return answer;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(endOf));
  }

  async #callTool(...[name, asked]: Parameters<CallTool>): Promise<ToolAnswer> {
    checkNames(name, asked);
    switch (name) {
      case 'list_scopes':
        return done(await askOwnApi(this.#given, this.#terminal, { scope: TO_LIST, path: scopesPath(asked) }));
      case 'request_access':
        return this.#requestAccess(asked);
      case 'aws_request':
        return this.#awsRequest(asked);
      case 'get_token':
        return this.#getToken(asked);
      case 'why_refused':
        return { text: this.#refused, failed: false };
      default:
        return no('there is no tool of that name');
    }
  }

  async #callerFor(asked: JsonObject) {
    const settings = await readSettings(this.#given, this.#terminal);
    const { scope, intent, parameters } = { scope: textOf(asked, 'scope'), ...asking(asked) };
    return callerOf({ ...settings, scope, intent: intent ?? settings.intent, parameters }, this.#terminal, 'quiet');
  }

  async #requestAccess(asked: JsonObject): Promise<ToolAnswer> {
    const caller = await this.#callerFor(asked);
    const { scope } = caller.settings;
    const first = [await caller.credentials()];
    const say = (line: string) => this.#terminal.err(`token-broker mcp: ${line}\n`);
    const keeper = await keep(scope, async () => first.pop() ?? caller.credentials(), say);
    const before = this.#sessions.get(scope);
    const proxy = await startProxy({ ...this.#shared, credentials: () => keeper.current() });
    this.#sessions.set(scope, { keeper, proxy });
    await endOf(before);
    const { Expiration, IssuanceId } = keeper.current();
    const issuance = typeof IssuanceId === 'string' ? IssuanceId : null;
    return done({ granted: true, scope, expires: Expiration, issuance, next: 'aws_request' });
  }

  async #awsRequest(asked: JsonObject): Promise<ToolAnswer> {
    const [only, ...others] = [...this.#sessions.keys()];
    const scope = asked['scope'] === undefined && others.length === 0 ? only : textOf(asked, 'scope');
    const session = scope === undefined ? undefined : this.#sessions.get(scope);
    if (session === undefined) return no('there is no session: call request_access first');
    const answered = await sendThrough(session.proxy.url, this.#shared.placeholder, requestOf(asked));
    const { status, type, body, isWhole } = answered;
    // A service may refuse with another status than 403: DynamoDB does with 400.
    if (status >= 400)
      this.#refused = `a request to ${textOf(asked, 'service')} was answered ${status}: ${body.slice(0, 2000)}`;
    const answer = { status, type, body, ...(isWhole ? {} : { note: 'cut after 64 KiB: ask for less' }) };
    return { ...done(answer), failed: status >= 400 };
  }

  async #getToken(asked: JsonObject): Promise<ToolAnswer> {
    const answer = await (await this.#callerFor(asked)).token();
    if (credentialsIn(answer) !== null)
      return no('this scope grants an AWS session, whose keys are given to nobody here: call request_access');
    return done({ access_token: answer.access_token, expires_in: answer['expires_in'] ?? null });
  }
}

function scopesPath(asked: JsonObject): string {
  const cursor = asked['cursor'] === undefined ? null : textOf(asked, 'cursor');
  return `/v1/scopes?limit=50${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
}

async function answerToError(error: unknown, ...[name, asked]: Parameters<CallTool>): Promise<ToolAnswer> {
  if (!(error instanceof BrokerRefusal)) return no(errorMessage(error));
  const { pending } = error;
  if (pending !== null)
    return done({
      ...{ granted: false, error: 'authorization_pending', approval_id: pending.id, approval_uri: pending.uri },
      ...{ expires_in: pending.expiresIn, interval: pending.interval },
      next: 'show approval_uri to the user, and call again with the same arguments',
    });
  const scope = name === 'list_scopes' ? TO_LIST : asked['scope'];
  const of = typeof scope === 'string' ? `scope ${scope}: ` : '';
  return no(`${of}${error.message}${await explained(error.reason)}`);
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
