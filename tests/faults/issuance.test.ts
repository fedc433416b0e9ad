import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../../lib/identity/principal.ts';
import { type Issued, type IssuePorts, issue } from '../../lib/issue.ts';
import { accept, Fault, type Outcome } from '../../lib/outcome.ts';
import type { Clock } from '../../lib/ports/host.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { memoryLimits, memoryReplays } from '../aws/dynamodb/memory-state.ts';
import { aMinted, aPrincipal, aRequest, aScope, goodWorld, NOW } from '../fakes/world.ts';
import { memoryLedger } from '../ledger/memory-ledger.ts';

/** What befalls one call of a port. `killed`: nothing of that process happens any more. */
const KINDS = ['fails before', 'fails after', 'late', 'late and never done', 'killed before', 'killed after'] as const;
type Kind = (typeof KINDS)[number];

interface Broken {
  readonly step: number;
  readonly kind: Kind;
}

const clock: Clock = { now: () => NOW };
const DEADLINE_MS = 30;

/** The tables: what outlives a process. */
const tables = () => ({
  ledger: memoryLedger(),
  replays: memoryReplays(clock),
  limits: memoryLimits(),
  minted: { count: 0 },
});
type Tables = ReturnType<typeof tables>;

type Reuse = 'once' | 'bind' | 'allow';

function principal(reuse: Reuse, tokenId: string): Principal {
  const { proof } = aPrincipal();
  const used = { reuse, issuer: 'https://idp.example', tokenId, until: epochSeconds(NOW / 1000 + 360) };
  return aPrincipal({ reuse: used, proof: { ...proof, tokenId } });
}

const never = new Promise<never>(() => {});

/** One process over the tables: its ports count their calls, and those of `broken` go wrong. */
function processOver({ ledger, replays, limits, minted }: Tables, who: Principal, broken: readonly Broken[]) {
  const calls: string[] = [];
  let dead = false;
  let giveUp: AbortSignal = new AbortController().signal;
  const late = (): Promise<unknown> =>
    giveUp.aborted ? Promise.resolve() : new Promise((resolve) => giveUp.addEventListener('abort', resolve));
  const step = <T>(name: string, act: () => Promise<T>): Promise<T> => {
    if (dead) return never;
    calls.push(name);
    const fault = broken.find((each) => each.step === calls.length - 1);
    return fault === undefined ? act() : befall(fault.kind, act);
  };
  const befall = async <T>(kind: Kind, act: () => Promise<T>): Promise<T> => {
    if (kind === 'late' || kind === 'fails after' || kind === 'killed after') await act();
    if (kind.startsWith('killed')) {
      dead = true;
      return never;
    }
    if (kind.startsWith('late')) await late();
    throw new Fault('ledger', kind);
  };
  const { ports } = goodWorld([SCOPE]);
  const wired: IssuePorts = {
    ...ports,
    random: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
    configurations: { current: (signal) => step('configuration', () => ports.configurations.current(signal)) },
    authenticators: { jwt: () => step('authenticate', async () => accept(who)) },
    replays: {
      claim: (...given) => step('claim', () => replays.claim(...given)),
      release: (...given) => step('release', () => replays.release(...given)),
    },
    limits: { count: (...given) => step('count', () => limits.count(...given)) },
    ledger: {
      started: (...given) => step('started', () => ledger.started(...given)),
      finished: (...given) => step('finished', () => ledger.finished(...given)),
      denied: (...given) => step('denied', () => ledger.denied(...given)),
    },
    granters: {
      'aws-session': {
        prepare: () =>
          accept({
            planned: { expires: epochSeconds(NOW / 1000 + 3600) },
            bound: () => ({}),
            mint: () =>
              step('mint', async () => {
                minted.count += 1;
                return accept({
                  ...aMinted(),
                  credential: { ...aMinted().credential, accessKeyId: `ASIA${minted.count}` },
                });
              }),
          }),
      },
    },
  };
  const ask = async (): Promise<Outcome<Issued> | 'fault' | 'no answer'> => {
    giveUp = AbortSignal.timeout(DEADLINE_MS);
    // A killed process answers nobody.
    const silence = new Promise<'no answer'>((resolve) => setTimeout(() => resolve('no answer'), 10 * DEADLINE_MS));
    const answer = issue(wired, aRequest(), giveUp).catch(() => 'fault' as const);
    return Promise.race([answer, silence]);
  };
  return { calls, ask };
}

const SCOPE = aScope({
  limits: { perPrincipal: { count: 100, window: seconds(3600) }, total: { count: 1000, window: seconds(3600) } },
});

const granted = (answer: Awaited<ReturnType<ReturnType<typeof processOver>['ask']>>): Issued | null =>
  typeof answer === 'object' && answer.ok ? answer.value : null;

/** The calls that one request makes where these go wrong, the last words of a failed one included. */
async function callsWith(reuse: Reuse, broken: readonly Broken[]): Promise<readonly string[]> {
  const { calls, ask } = processOver(tables(), principal(reuse, 't'), broken);
  await ask();
  return calls;
}

describe.each(['once', 'bind', 'allow'] as const)('an issuance for a proof of `reuse: %s`', (reuse) => {
  it('asks configuration, identity, state, ledger and STS in one order', async () => {
    const claim = reuse === 'allow' ? [] : ['claim'];
    // What was switched off while others minted is not handed out.
    const rest = ['count', 'started', 'mint', 'configuration', 'finished'];
    expect(await callsWith(reuse, [])).toEqual(['configuration', 'authenticate', ...claim, ...rest]);
  });

  it.each(KINDS)('keeps what is promised where one call goes wrong: %s', async (kind) => {
    const calls = await callsWith(reuse, []);
    await Promise.all(calls.map((_, step) => keepsPromises(reuse, [{ step, kind }])));
  });

  it.each(KINDS.filter((kind) => !kind.startsWith('killed')))('and where a later one does so too: %s', async (kind) => {
    const calls = await callsWith(reuse, []);
    const pairs = calls.map(async (_, step) => {
      const all = await callsWith(reuse, [{ step, kind }]);
      const later = all.slice(step + 1).map((__, more) => step + 1 + more);
      return later.flatMap((second) =>
        KINDS.map((other) => [
          { step, kind },
          { step: second, kind: other },
        ]),
      );
    });
    const cases = (await Promise.all(pairs)).flat();
    expect(cases.length).toBeGreaterThan(3);
    await Promise.all(cases.map((broken) => keepsPromises(reuse, broken)));
  });
});

/**
 * The request that goes wrong hands out nothing. Tried again, at the same process where it lives and else at another
 * one, and for somebody else, it hands out only what the ledger has as issued; and what may be used once was issued
 * once.
 */
async function keepsPromises(reuse: Reuse, broken: readonly Broken[]): Promise<void> {
  const shared = tables();
  const who = principal(reuse, 'the-one');
  const process = processOver(shared, who, broken);
  const first = await process.ask();
  const killed = broken.some(({ kind }) => kind.startsWith('killed'));
  const again = await (killed ? processOver(shared, who, []) : process).ask();
  const other = await processOver(shared, principal(reuse, 'another'), []).ask();

  const page = await shared.ledger.list({ outcome: 'issued' }, 100, null, AbortSignal.timeout(1_000));
  const issued = page.ok ? page.value.issuances : [];
  const isIssued = ({ record, minted }: Issued): boolean =>
    issued.some(({ id, credential }) => id === record.id && credential?.accessKeyId === minted.credential.accessKeyId);
  const handedOut = [again, other].map(granted).filter((what) => what !== null);
  const forTheOne = issued.filter(({ proof }) => proof.tokenId === 'the-one').length;
  const refusedAgain = typeof again === 'object' && !again.ok ? again.refusal.reason : null;
  expect({
    broken,
    first: granted(first),
    other: granted(other) !== null,
    recorded: handedOut.every(isIssued),
    onceAtMost: reuse !== 'once' || forTheOne <= 1,
    again: granted(again) !== null || (reuse === 'once' && refusedAgain === 'replayed'),
  }).toEqual({ broken, first: null, other: true, recorded: true, onceAtMost: true, again: true });
}
