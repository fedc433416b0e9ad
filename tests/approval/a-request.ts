import { approvalId } from '../../lib/approval/approval-id.ts';
import type { ApprovalRequest } from '../../lib/approval/approvals.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { aRecord, countingRandom, NINE } from '../ledger/a-record.ts';

const random = countingRandom(5_000);

/** A request for approval, asked at nine, that ends a minute later; every call has an id of its own. */
export const aRequest = (changes: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  ...{ id: approvalId(NINE, random), digest: 'd'.repeat(64), asked: NINE, ends: epochSeconds(NINE / 1000 + 60) },
  subject: { connection: 'okta', client: null, subject: 'ada', principal: 'ada@example.com' },
  ...{ scopes: ['deploy-web'], configVersion: 7, actors: [], clients: [], persons: ['d'], withheld: [] },
  ...{ intent: 'roll', duration: null, parameters: {}, grant: 'aws-session', gives: {}, proof: aRecord().proof },
  ...{ uses: 1, lasts: seconds(60), sourceIp: '203.0.113.7', kind: 'asks' },
  ...changes,
});
