import { SignatureV4 } from '@smithy/signature-v4';
import { actionsOf } from '../../bin/signer/actions.ts';
import { allowedBy } from '../../bin/signer/allowed.ts';
import { endpointsOf } from '../../bin/signer/endpoints.ts';
import { isSaidBy, isSignedBy, type RawRequest, signatureOf, signed } from '../../bin/signer/signature.ts';
import { Sha256 } from '../../lib/aws/wire/sha256.ts';
import { median } from '../figure.ts';
import { cost } from '../oauth/load.ts';
import { PLACEHOLDER, SESSION } from './workload.ts';

const BATCHES = 15;
const A_BATCH = { concurrency: 1, requests: 1000 };

const BODY = '{"TableName":"bench","Key":{"pk":{"S":"one"}}}';
const UNSIGNED = {
  ...{ method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/', query: {}, body: BODY },
  headers: {
    host: '127.0.0.1',
    'x-amz-target': 'DynamoDB_20120810.GetItem',
    'content-type': 'application/x-amz-json-1.0',
  },
};
const signerOf = (credentials: typeof PLACEHOLDER) =>
  new SignatureV4({ service: 'dynamodb', region: 'eu-central-1', credentials, sha256: Sha256 });

/** What the proxy does with a request beside moving it, as a ratio to what the SDK's signer takes to sign it once. */
export async function ownWork(): Promise<number> {
  const { headers } = await signerOf(PLACEHOLDER).sign(UNSIGNED);
  const raw: RawRequest = { method: 'POST', path: '/', query: '', headers: new Map(Object.entries(headers)) };
  const [endpoints, allowed] = [
    endpointsOf({}),
    allowedBy(['dynamodb:Get* on arn:aws:dynamodb:*:111122223333:table/bench']),
  ];
  const body = Buffer.from(BODY);
  const payload = headers['x-amz-content-sha256'] ?? '';
  const anew = async (): Promise<void> => {
    const said = signatureOf(raw);
    const place = said === null ? null : endpoints.of(said.service, said.region, null);
    if (said === null || place === null || !isSaidBy(PLACEHOLDER, said, Date.now())) throw new Error('it is refused');
    if (!isSignedBy(PLACEHOLDER, said, raw, payload)) throw new Error('its signature is another');
    if (
      allowed.missing(
        actionsOf(place.services, { ...said, request: raw, body, account: '111122223333' }),
        place.services,
      ) !== null
    )
      throw new Error('it may not');
    const own = new Map([...raw.headers]).set('host', place.url.host).set('x-amz-security-token', SESSION.sessionToken);
    own.delete('authorization');
    signed(SESSION, { ...said, signedHeaders: [...own.keys()].sort() }, { ...raw, headers: own }, payload);
  };
  const sdk = signerOf(SESSION);
  const once = async (): Promise<void> => void (await sdk.sign(UNSIGNED));
  const ratios: number[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1)
    ratios.push((await cost(A_BATCH, anew)).cpu / (await cost(A_BATCH, once)).cpu);
  return median(ratios);
}
