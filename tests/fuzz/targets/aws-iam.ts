import { SIGNING, signed } from '../../identity/aws-iam/signing.ts';
import { verify } from '../../identity/aws-iam/verification.ts';
import { Finding, type FuzzTarget } from '../target.ts';

const RAW = 'raw\n';

/** An input is the JSON of an envelope, which is encoded here; after `raw\n` it is the proof itself. */
const envelopeOf = (input: string): string =>
  input.startsWith(RAW) ? input.slice(RAW.length) : Buffer.from(input).toString('base64url');

export const target: FuzzTarget = {
  name: 'aws-iam',
  seeds: async () => {
    const envelopes = [
      await signed(),
      await signed({ host: 'sts.amazonaws.com', region: 'us-east-1' }),
      await signed({ host: 'sts.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' }),
      await signed({ headers: { ...SIGNING.headers, 'x-amz-extra': 'a  b' } }),
    ];
    const texts = envelopes.map((envelope) => JSON.stringify(envelope));
    return [...texts, RAW + Buffer.from(texts[0] ?? '').toString('base64url')];
  },
  check: async (input) => {
    const { outcome, sent } = await verify(envelopeOf(input));
    for (const request of sent) onlyWhatStsChecks(request);
    if (outcome.ok && sent.length === 0) throw new Finding('accepted without asking STS');
    return outcome.ok ? 'taken' : 'refused';
  },
};

/** Whatever the envelope says: STS alone is asked, who signs, and the signature covers for whom it is. */
function onlyWhatStsChecks({
  url,
  method,
  body = '',
  headers = {},
}: Awaited<ReturnType<typeof verify>>['sent'][number]): void {
  const { protocol, hostname, pathname, port, username, hash } = new URL(url);
  const isSts = /^sts(?:-fips)?(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/.test(hostname);
  if (protocol !== 'https:' || !isSts || port !== '' || username !== '' || hash !== '' || pathname !== '/') {
    throw new Finding(`asks ${url}`);
  }
  const form = new URLSearchParams(body);
  if (method !== 'POST' || form.getAll('Action').join() !== 'GetCallerIdentity')
    throw new Finding(`asks for ${method} ${body}`);
  const named = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'x-broker-server-id');
  if (named.length !== 1 || named[0]?.[1] !== 'broker.example.com') throw new Finding('is signed for another server');
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const covered = /SignedHeaders=([^,\s]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  if (!covered.includes('x-broker-server-id') || !covered.includes('host'))
    throw new Finding('whom it is for is not signed');
}
