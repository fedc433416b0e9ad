import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { IAM_VERSION, type ManagedPolicies, managedPolicies } from './iam-policies.ts';
import { type Endpoint, readText, serve } from './server.ts';
import { actions } from './sts-actions.ts';
import { StsError } from './sts-parameters.ts';
import { type Caller, type Sessions, sessions } from './sts-sessions.ts';
import { type TokenIssuer, tokenIssuer } from './sts-web-identity.ts';
import { errorXml, resultXml, type Tree } from './sts-xml.ts';

/** Signature Version 4, in the header or in the query of a presigned request. */
const CREDENTIAL = /Credential=([^\s,/]+)\/[0-9]{8}\/[a-z0-9-]+\/(?:sts|iam)\/aws4_request/;

function callerOf(request: IncomingMessage, query: URLSearchParams, known: Sessions): Caller | null {
  const signature = request.headers.authorization ?? `Credential=${query.get('X-Amz-Credential') ?? ''}`;
  const [, accessKeyId] = CREDENTIAL.exec(signature) ?? [];
  return accessKeyId === undefined ? null : known.caller(accessKeyId);
}

interface Sts {
  readonly policies: ManagedPolicies;
  readonly sessions: Sessions;
  readonly issuer: TokenIssuer;
}

async function perform(sts: Sts, action: string, form: URLSearchParams, caller: Caller | null): Promise<Tree> {
  if (form.get('Version') === IAM_VERSION) return sts.policies.perform(action, form, caller);
  if (form.get('Version') !== '2011-06-15') {
    throw new StsError(
      'InvalidAction',
      400,
      `Could not find operation ${action} for version ${form.get('Version') ?? 'NO_VERSION_SPECIFIED'}`,
    );
  }
  if (action === 'GetWebIdentityToken') return sts.issuer.issue(form, caller);
  const perform = actions[action];
  if (perform === undefined) {
    throw new StsError('InvalidAction', 400, `Could not find operation ${action} for version 2011-06-15`);
  }
  return perform({ form, caller, sessions: sts.sessions });
}

async function answer(sts: Sts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sts.local');
  const document = await sts.issuer.document(url.pathname, `http://${request.headers.host}`);
  if (document !== null && request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    return;
  }
  const form = request.method === 'POST' ? new URLSearchParams(await readText(request)) : url.searchParams;
  const action = form.get('Action') ?? '';
  const requestId = randomUUID();
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
  try {
    const result = await perform(sts, action, form, callerOf(request, url.searchParams, sts.sessions));
    response.writeHead(200, headers).end(resultXml(action, result, requestId));
  } catch (error) {
    const { code, status, message } =
      error instanceof StsError ? error : new StsError('InternalFailure', 500, 'The request cannot be handled.');
    response.writeHead(status, headers).end(errorXml(code, status, message, requestId));
  }
}

/**
 * AWS STS in memory, with the few actions of AWS IAM that keep the revocation policies of accounts. It checks the
 * shapes of requests and no signature, no trust and no policy: any role can be assumed, except that some role names ask
 * for an error (`deny-trust`, `throttle`, …). Its credentials open nothing.
 */
export async function startSts(preferredPort: number): Promise<Endpoint> {
  const sts: Sts = { sessions: sessions(), issuer: tokenIssuer(), policies: managedPolicies() };
  return serve(preferredPort, (request, response) => void answer(sts, request, response));
}
