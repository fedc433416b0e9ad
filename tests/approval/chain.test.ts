/** Whoever acts behind another is seen wherever an approver looks: API, command line, events, and what is compared. */
import { describe, expect, it } from '@jest/globals';
import { actorsOf } from '../../bin/commands/approvals/through.ts';
import { eventDetail } from '../../lib/approval/event.ts';
import { previousGrant } from '../../lib/approval/previous.ts';
import { shownReview } from '../../lib/approval/shown.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept } from '../../lib/outcome.ts';
import { epochSeconds } from '../../lib/time.ts';
import { aRecord, NINE } from '../ledger/a-record.ts';
import { aRequest } from './a-request.ts';

const client = (name: string) => ({ connection: null, client: name, subject: name, principal: name });
const server = client('files-mcp');
const agent = { connection: 'demo', client: null, subject: 'bot-7', principal: 'research agent' };
const request = aRequest({ actors: [server, agent], clients: ['files-mcp', 'front'] });
const evidence = { approver: server, proof: request.proof, claims: {}, rule: 0, checks: [] };
const review = {
  ...{ request, state: null, now: epochSeconds(NINE / 1000) },
  admitted: {
    isParty: false,
    evidence: { ...evidence, chain: { actor: null }, caller: { id: 'r', sourceIp: '', userAgent: null } },
  },
};

describe('everybody in the chain', () => {
  it('is told by the API and by events, the nearest first, with every client', () => {
    const told = { actor: server, actors: [server, agent], clients: ['files-mcp', 'front'] };
    expect(shownReview(review, 'https://b.example')).toMatchObject({ ...told, client: 'files-mcp' });
    expect(eventDetail('asked', request, null, 'https://b.example')).toMatchObject(told);
  });

  it('is printed by the command line; of a broker of before the nearest', () => {
    expect(actorsOf(shownReview(review, 'https://b.example'))).toEqual(['files-mcp', 'research agent']);
    expect(actorsOf({ actor: { principal: 'one\u001b[2J' } })).toEqual([expect.not.stringContaining('\u001b')]);
    expect(actorsOf({ actor: null })).toEqual([]);
    expect(actorsOf({ actor: null, actors: [] })).toEqual([]);
  });

  const acting = (name: string, before?: string): Partial<IssuanceRecord> => ({
    actor: { ...client(name), proof: request.proof, claims: {} },
    proof: { ...request.proof, kind: 'broker' },
    claims: before === undefined ? {} : { act: { sub: before } },
  });
  it.each<[string, Partial<IssuanceRecord>, boolean]>([
    ['by the same two', acting('files-mcp', 'demo:bot-7'), true],
    ['by the nearest alone', acting('files-mcp'), false],
    ['by the nearest for another', acting('files-mcp', 'demo:bot-8'), false],
    ['by another for the same', acting('other', 'demo:bot-7'), false],
    ['by nobody', { actor: null, claims: {} }, false],
  ])('counts in what was granted before: %s', async (_, more, isSame) => {
    const { connection, subject, principal } = request.subject;
    const record = aRecord({ connection, subject, principal, ...more });
    const queries = { list: async () => accept({ issuances: [record], next: null }) };
    const approvals = { find: async () => null };
    const before = await previousGrant({ approvals, queries }, request, AbortSignal.timeout(5_000));
    expect(before?.issuance ?? null).toBe(isSame ? record.id : null);
  });
});
