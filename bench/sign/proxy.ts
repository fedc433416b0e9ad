/**
 * The proxy of `token-broker sign`, its log a file, in a process of its own; tells where it is, and where its figures
 * are.
 */
import { createServer } from 'node:http';
import { allowedBy } from '../../bin/signer/allowed.ts';
import { endpointsOf } from '../../bin/signer/endpoints.ts';
import { openLog } from '../../bin/signer/log.ts';
import { startProxy } from '../../bin/signer/proxy.ts';
import { answer, given } from '../child.ts';
import { PLACEHOLDER, SESSION } from './workload.ts';

/** What a process has used up so far. */
export interface Usage {
  /** Microseconds, user and system. */
  readonly cpu: number;
  /** Octets, after a collection. */
  readonly heap: number;
  /** The most that it ever had in memory, in octets. */
  readonly most: number;
}

const { service, log } = Object(await given());
const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken } = SESSION;
const keys = { Version: 1 as const, AccessKeyId, SecretAccessKey, SessionToken };
const document = { ...keys, Expiration: '2099-01-01T00:00:00Z', IssuanceId: 'iss_bench', AccountId: '111122223333' };
const { url } = await startProxy({
  placeholder: PLACEHOLDER,
  credentials: () => document,
  endpoints: endpointsOf({ AWS_ENDPOINT_URL: String(service) }),
  allowed: allowedBy(['dynamodb:Get* on arn:aws:dynamodb:*:111122223333:table/bench', 's3:GetObject', 's3:PutObject']),
  streaming: 'refused',
  log: openLog(String(log)),
});
const figures = createServer((_request, response) => {
  const { user, system } = process.cpuUsage();
  globalThis.gc?.();
  const usage: Usage = {
    ...{ cpu: user + system, heap: process.memoryUsage().heapUsed, most: process.resourceUsage().maxRSS * 1024 },
  };
  response.end(JSON.stringify(usage));
});
figures.listen(0, '127.0.0.1', () => {
  const address = figures.address();
  answer({ url, figures: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
