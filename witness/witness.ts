import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { verifierText } from '../lib/archive/note.ts';
import { addCheckpoint } from '../lib/archive/witness.ts';
import { type WitnessFunctionPorts, witnessPorts } from '../lib/composition/witness.ts';

const BUDGET_MS = 8_000;
/** C2SP tlog-witness: what a 409 says is the size, in a type of its own. */
const SIZE_TYPE = 'text/x.tlog.size';

const said = (statusCode: number, body: string, type = 'text/plain; charset=utf-8') => ({
  statusCode,
  headers: { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  body,
});

/** A witness (C2SP tlog-witness) behind a function URL: `POST /add-checkpoint`; `GET /key` gives its verifier key. */
export const witnessHandler =
  (ports: WitnessFunctionPorts) =>
  async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const signal = AbortSignal.timeout(BUDGET_MS);
    const { method, path } = event.requestContext.http;
    const body = Buffer.from(event.body ?? '', event.isBase64Encoded === true ? 'base64' : 'utf8').toString('utf8');
    try {
      const signer = await ports.signer(signal);
      if (method === 'GET' && path === '/key') return said(200, `${verifierText(signer)}\n`);
      if (method !== 'POST' || path !== '/add-checkpoint') return said(404, 'There is nothing here.\n');
      const answer = await addCheckpoint({ ...ports, signer }, body, signal);
      return said(answer.status, answer.body, answer.status === 409 ? SIZE_TYPE : undefined);
    } catch (cause) {
      ports.lines.error('fault', {}, cause);
      return said(503, 'Try again.\n');
    }
  };

export const handler = witnessHandler(witnessPorts());
