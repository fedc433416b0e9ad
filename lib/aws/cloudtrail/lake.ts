import { setTimeout as pause } from 'node:timers/promises';
import {
  CancelQueryCommand,
  CloudTrailClient,
  DescribeQueryCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudtrail';
import type { TrailEvent } from '../../cloudtrail/event.ts';
import { type EventDataStore, type LakeQuestion, lakeEvent, lakeStatement } from '../../cloudtrail/lake-query.ts';

/** A question that Lake did not answer; `name` is AWS's code or the query's state, `message` says what to do. */
export class LakeRefusal extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface LakeAnswer {
  /** What it costs: AWS bills by it. */
  readonly bytesScanned: number;
}

export interface Lake {
  /**
   * Runs one query to its end and offers each event once, a page of 1,000 at a time. Throws `LakeRefusal`. Where
   * `signal` ends it, the query is cancelled: it would cost on.
   */
  ask(question: LakeQuestion, offer: (event: TrailEvent) => void, signal: AbortSignal): Promise<LakeAnswer>;
}

const PAGE = 1_000;
/** Pauses between looks at a query that runs: most take seconds, the longest an hour. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** What to do about an error of the API, by its code (CloudTrail API Reference, the actions' "Errors"). */
const ADVICE: Readonly<Record<string, string>> = {
  AccessDeniedException:
    'your AWS credentials need cloudtrail:StartQuery, DescribeQuery, GetQueryResults and CancelQuery on the event data store, and kms:Decrypt on its key',
  EventDataStoreNotFoundException:
    'there is no such event data store in that account and Region: `aws cloudtrail list-event-data-stores` lists them',
  EventDataStoreARNInvalidException: 'it is no event data store: `aws cloudtrail list-event-data-stores` lists them',
  InactiveEventDataStoreException: 'the event data store is not enabled: it may be pending deletion',
  InvalidQueryStatementException:
    'Lake does not take the query: the event data store must be one of CloudTrail events (not of Config items or insights)',
  InvalidQueryStatusException: 'the query is not where it can be read: ask again',
  MaxConcurrentQueriesException: 'ten queries run already in this account and Region: wait for one to end',
  ThrottlingException: 'too many requests at once: ask again in a minute',
  UnsupportedOperationException:
    'CloudTrail Lake is not available there: it is closed to new customers since 2026-05-31; use files (--cloudtrail DIR)',
  OperationNotPermittedException:
    'the organization does not allow it: ask from the account that owns the event data store',
};

/** CloudTrail Lake by the SDK's own settings and credentials, in the Region of the event data store. */
export function cloudTrailLake(store: EventDataStore): Lake & { destroy(): void } {
  const client = new CloudTrailClient({ region: store.region });
  const EventDataStoreOwnerAccountId = store.account;
  const finished = async (QueryId: string, signal: AbortSignal): Promise<void> => {
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      const query = { QueryId, EventDataStoreOwnerAccountId };
      const described = await client.send(new DescribeQueryCommand(query), { abortSignal: signal });
      const { QueryStatus: state, ErrorMessage: why } = described;
      if (state === 'FINISHED') return;
      if (state !== 'QUEUED' && state !== 'RUNNING') {
        const advice =
          state === 'TIMED_OUT'
            ? 'it ran for an hour: ask about less time (--from, --to)'
            : (why ?? 'it says no reason');
        throw new LakeRefusal(state ?? 'FAILED', advice);
      }
      await pause(wait, undefined, { signal });
    }
  };
  const rows = async (QueryId: string, offer: (event: TrailEvent) => void, signal: AbortSignal): Promise<number> => {
    for (let token: string | undefined; ; ) {
      const page = {
        QueryId,
        EventDataStoreOwnerAccountId,
        MaxQueryResults: PAGE,
        ...(token === undefined ? {} : { NextToken: token }),
      };
      const answer = await client.send(new GetQueryResultsCommand(page), { abortSignal: signal });
      for (const row of answer.QueryResultRows ?? []) {
        const event = lakeEvent(row);
        if (event !== null) offer(event);
      }
      token = answer.NextToken;
      if (token === undefined) return answer.QueryStatistics?.BytesScanned ?? 0;
    }
  };
  return {
    ask: async (question, offer, signal) => {
      let query: string | undefined;
      try {
        const started = await client.send(
          new StartQueryCommand({ QueryStatement: lakeStatement(store, question), EventDataStoreOwnerAccountId }),
          { abortSignal: signal },
        );
        query = started.QueryId ?? '';
        await finished(query, signal);
        return { bytesScanned: await rows(query, offer, signal) };
      } catch (error) {
        if (signal.aborted && query !== undefined) {
          await client.send(new CancelQueryCommand({ QueryId: query, EventDataStoreOwnerAccountId })).catch(() => {});
        }
        throw refusalOf(error, signal);
      }
    },
    destroy: () => client.destroy(),
  };
}

function refusalOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new LakeRefusal('TIMED_OUT', 'it was cancelled: ask about less time (--from, --to)');
  if (!(error instanceof Error) || !Object.hasOwn(ADVICE, error.name)) return error;
  return new LakeRefusal(error.name, ADVICE[error.name] ?? error.message);
}
