import { neighboursOf } from '../neighbours.ts';
import type { Issuance } from '../record.ts';
import type { Session } from '../session.ts';
import { sayInstant } from '../times.ts';
import { Link } from './link.tsx';
import { Outcome } from './outcome.tsx';
import { ProblemBox } from './problem.tsx';
import { Text } from './text.tsx';
import { useAnswer } from './use-answer.ts';

/** What the same principal got or was refused right before and right after. */
export function NeighboursPart({ issuance, session }: { readonly issuance: Issuance; readonly session: Session }) {
  const loaded = useAnswer(issuance.id, (signal) => neighboursOf(session, issuance, signal));
  if (loaded.kind === 'loading') return <p class="quiet">Reading…</p>;
  if (loaded.kind === 'problem') return <ProblemBox problem={loaded.problem} again={loaded.again} />;
  const { before, after } = loaded.value;
  if (before.length + after.length === 0) return <p class="quiet">Nothing else of this principal within 30 days.</p>;
  return (
    <ol class="neighbours">
      {after.map((each) => (
        <Neighbour key={each.id} of={each} />
      ))}
      <li class="here" aria-current="true">
        <Outcome of={issuance.outcome} /> {sayInstant(issuance.time)} <span class="quiet">this one</span>
      </li>
      {before.map((each) => (
        <Neighbour key={each.id} of={each} />
      ))}
    </ol>
  );
}

const Neighbour = ({ of }: { readonly of: Issuance }) => (
  <li>
    <Outcome of={of.outcome} /> <Link to={{ page: 'issuance', id: of.id }}>{sayInstant(of.time)}</Link>{' '}
    <Text of={of.scope} />
  </li>
);
