import { navigate } from '../navigation.ts';
import { FilterForm } from '../parts/filter-form.tsx';
import { IssuanceTable } from '../parts/issuance-table.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { useIssuances } from '../parts/use-issuances.ts';
import type { Session } from '../session.ts';
import type { ListView } from '../view.ts';

/** The ledger: a range of time, filters, and what matches, newest first; live where the view says so. */
export function IssuancesPage({ view, session }: { readonly view: ListView; readonly session: Session }) {
  const { issuances, state, problem, hasMore, more, again } = useIssuances(session, view);
  return (
    <>
      <div class="title">
        <h1>Issuances</h1>
        <LiveButton view={view} />
      </div>
      <FilterForm view={view} />
      {problem === null ? null : <ProblemBox problem={problem} again={again} />}
      <p role="status" class="count">
        {state === 'loading'
          ? 'Reading the ledger…'
          : `${issuances.length}${hasMore ? ' newest' : ''} ${issuances.length === 1 ? 'record' : 'records'}`}
      </p>
      {issuances.length > 0 ? <IssuanceTable issuances={issuances} /> : null}
      {issuances.length === 0 && state === 'ready' && problem === null ? (
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
