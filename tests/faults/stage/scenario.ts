import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { anEvent, FORM } from '../../fakes/http.ts';
import { clientSecret } from './folder.ts';
import type { HttpAnswer } from './hosted-function.ts';
import type { FunctionName, Lane } from './lane.ts';

export interface Presented {
  readonly event: APIGatewayProxyEventV2;
  /** Label of the principal where it is nobody else's, so that the ledger tells all that its proof gave. */
  readonly principal: string | null;
}

/** What a step on the way to a credential came to, once everybody had done the rest. */
export interface WentOn {
  readonly last: HttpAnswer;
  /** What the step handed out; nothing that a log may have. */
  readonly secrets: readonly string[];
}

/** One flow of the broker: each call makes a request with a proof of its own. */
export interface Scenario {
  readonly name: string;
  readonly function: FunctionName;
  /** How often the proof may be used. */
  readonly reuse: 'once' | 'bind' | 'any';
  /** What a proof for one use is told the second time; default: `replayed`. */
  readonly spent?: readonly string[];
  present(lane: Lane, issuer: string): Promise<Presented>;
  /** Goes on from an answer that is a step on the way, as the person and the program do; null: it leads nowhere. */
  goOn?(lane: Lane, issuer: string, presented: Presented, answer: HttpAnswer): Promise<WentOn | null>;
}

let requests = 0;

/** An event with an id of its own, and the cookies of a browser. */
export function request(parts: Parameters<typeof anEvent>[0], cookies: readonly string[] = []): APIGatewayProxyEventV2 {
  const event = anEvent(parts);
  requests += 1;
  const { requestContext } = event;
  return { ...event, cookies: [...cookies], requestContext: { ...requestContext, requestId: `req-${requests}` } };
}

export const form = (
  path: string,
  fields: Readonly<Record<string, string>>,
  { authorization, cookies = [] }: { readonly authorization?: string; readonly cookies?: readonly string[] } = {},
): APIGatewayProxyEventV2 =>
  request(
    {
      method: 'POST',
      path,
      headers: authorization === undefined ? FORM : { ...FORM, authorization },
      body: new URLSearchParams(fields).toString(),
    },
    cookies,
  );

export const basic = ({ number }: Lane): string =>
  `Basic ${Buffer.from(`bot-${number}:${clientSecret(number)}`).toString('base64')}`;

export async function person(lane: Lane, aud: string): Promise<{ readonly token: string; readonly principal: string }> {
  const sub = `person-${crypto.randomUUID()}`;
  return { token: await lane.idp.token(lane.url('idp'), { sub, aud }), principal: sub };
}
