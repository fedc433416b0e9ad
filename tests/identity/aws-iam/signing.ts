import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** AWS's documentation credentials. */
const CREDENTIALS = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLETOKEN',
};

class NodeSha256 {
  readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.hash.update(typeof data === 'string' ? data : Buffer.from(data as Uint8Array));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset() {}
}

export interface Envelope {
  url: string;
  body: string;
  headers: Record<string, unknown>;
}

export interface Signing {
  readonly credentials: typeof CREDENTIALS;
  readonly host: string;
  readonly region: string;
  readonly at: string;
  readonly body: string;
  readonly path: string;
  readonly service: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly unsigned: readonly string[];
}

export const SIGNING: Signing = {
  credentials: CREDENTIALS,
  host: 'sts.eu-west-1.amazonaws.com',
  region: 'eu-west-1',
  at: '2026-11-21T09:00:00Z',
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
  path: '/',
  service: 'sts',
  headers: {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'x-broker-server-id': 'broker.example.com',
  },
  unsigned: [],
};

/** Signs a POST with AWS's own signer. */
export async function sign({ credentials, host, region, at, body, path, service, headers, unsigned }: Signing) {
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: NodeSha256,
    applyChecksum: false,
  });
  const target = { method: 'POST', protocol: 'https:', hostname: host, path, query: {} };
  const request = { ...target, body, headers: { host, ...headers } };
  return signer.sign(request, { signingDate: new Date(at), unsignableHeaders: new Set(unsigned) });
}

/** A GetCallerIdentity request as a caller sends it to the broker. */
export async function signed(more: Partial<Signing> = {}): Promise<Envelope> {
  const signing = { ...SIGNING, ...more };
  const { headers } = await sign(signing);
  return { url: `https://${signing.host}${signing.path}`, body: signing.body, headers: { ...headers } };
}

export const encoded = (envelope: unknown): string => Buffer.from(JSON.stringify(envelope)).toString('base64url');

/** An answer as AWS STS writes it. */
export const answerXml = (
  arn = 'arn:aws:sts::111122223333:assumed-role/web-task/0123456789abcdef0123456789abcdef',
  userId = 'AROAEXAMPLEEXAMPLE12:0123456789abcdef0123456789abcdef',
  account = '111122223333',
): string => `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>${arn}</Arn>
    <UserId>${userId}</UserId>
    <Account>${account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`;
