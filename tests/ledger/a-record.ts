import { issuanceId } from '../../lib/ledger/id.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import type { Random } from '../../lib/ports/host.ts';
import { epochMilliseconds, epochSeconds } from '../../lib/time.ts';

/** 2026-11-21T09:00:00.250Z */
export const NINE = epochMilliseconds(1_795_251_600_250);

/** Different bytes at every call, the same ones in every run. */
export function countingRandom(start = 1): Random {
  let count = start;
  return {
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      let value = count++;
      for (let index = length - 1; index >= 0; index -= 1, value = Math.floor(value / 256)) bytes[index] = value % 256;
      return bytes;
    },
  };
}

const random = countingRandom();

/** A record as a GitHub Actions job leaves it; every call has an id of its own, at the record's time. */
export function aRecord(changes: Partial<IssuanceRecord> = {}): IssuanceRecord {
  const time = changes.time ?? NINE;
  return {
    id: issuanceId(time, random),
    time,
    outcome: 'issued',
    reason: null,
    attempts: 1,
    scope: 'deploy-web',
    grant: 'aws-session',
    principal: 'acme/web@refs/heads/main',
    connection: 'github',
    client: null,
    subject: 'repo:acme/web:ref:refs/heads/main',
    actor: null,
    intent: 'roll web to 1.4.2',
    proof: {
      kind: 'oidc',
      issuer: 'https://token.actions.githubusercontent.com',
      tokenId: '7f3c9a52-0d3e-4a51-9a39-0c8e1e1b7a11',
      sha256: 'b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78',
      expires: epochSeconds(1_795_252_200),
    },
    claims: { repository: 'acme/web', sha: '0a4d55a8d778e5022fab701977c5d840bbc486d0', run_id: '1234567890' },
    decision: {
      configVersion: 7,
      rule: 0,
      checks: [{ operator: 'StringEquals', key: 'claims.ref', held: true }],
    },
    credential: {
      expires: epochSeconds(1_795_255_200),
      roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
      accessKeyId: `ASIA${String(Math.floor(time / 1000)).padStart(16, '0')}`,
      sourceIdentity: 'github-7f3c9a52',
      packedPolicySize: 12,
    },
    request: { id: 'Jx2nYgkPIAMEVjA=', sourceIp: '203.0.113.7', userAgent: 'aws-cli/2.31.0' },
    ...changes,
  };
}

export const aDenial = (changes: Partial<IssuanceRecord> = {}): IssuanceRecord =>
  aRecord({ outcome: 'denied', reason: 'not_allowed', grant: null, credential: null, ...changes });
