import type { Problem } from '../api.ts';
import { navigate } from '../navigation.ts';
import { Breakdowns } from '../parts/breakdowns.tsx';
import { FilterForm } from '../parts/filter-form.tsx';
import { IssuanceTable } from '../parts/issuance-table.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { useIssuances } from '../parts/use-issuances.ts';
import { useStats } from '../parts/use-stats.ts';
import type { Session } from '../session.ts';
import type { ListView } from '../view.ts';

/** The ledger: a range of time, filters, and what matches, newest first; live where the view says so. */
export function IssuancesPage({ view, session }: { readonly view: ListView; readonly session: Session }) {
  const { issuances, state, problem, hasMore, more, again } = useIssuances(session, view);
  const { stats, problem: uncounted } = useStats(session, view);
  return (
    <>
      <div class="title">
        <h1>Issuances</h1>
        <LiveButton view={view} />
      </div>
      <FilterForm view={view} />
      {stats === null ? (
        <Uncounted problem={uncounted} isTold={problem !== null} />
      ) : (
        <>
          <Timeline stats={stats} view={view} />
          <Breakdowns stats={stats} view={view} />
        </>
      )}
      {problem === null ? null : <ProblemBox problem={problem} again={again} />}
      <p role="status" class="count">
        {state === 'loading'
          ? 'Reading the ledger…'
          : `${issuances.length}${hasMore ? ' newest' : ''} ${issuances.length === 1 ? 'record' : 'records'}`}
      </p>
      {issuances.length > 0 ? <IssuanceTable issuances={issuances} /> : null}
      {issuances.length === 0 && state === 'ready' && problem === null && !hasMore ? (
        <p class="empty">Nothing matches in this range of time.</p>
      ) : null}
      {hasMore ? (
        <p>
          <button type="button" onClick={more} disabled={state === 'more'}>
            {state === 'more' ? 'Reading…' : 'Show older'}
          </button>
        </p>
      ) : null}
    </>
  );
}

/** Where the broker counts nothing, the records stand alone. */
function Uncounted({ problem, isTold }: { readonly problem: Problem | null; readonly isTold: boolean }) {
  if (problem === null) return <div class="timeline" aria-busy="true" />;
  return isTold || problem.status === 404 ? null : <ProblemBox problem={problem} />;
}

const LiveButton = ({ view }: { readonly view: ListView }) => (
  <button
    type="button"
    class={view.live ? 'live on' : 'live'}
    aria-pressed={view.live}
    disabled={!('last' in view.range)}
    onClick={() => navigate({ ...view, live: !view.live }, 'push')}
  >
    <span aria-hidden="true">{view.live ? '❚❚' : '►'}</span> {view.live ? 'Pause' : 'Live'}
  </button>
);
