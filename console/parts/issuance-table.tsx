import type { Issuance } from '../record.ts';
import { sayTime } from '../times.ts';
import { Link } from './link.tsx';
import { Outcome } from './outcome.tsx';
import { Text } from './text.tsx';

/** Records one below the other; the time leads to the record. */
export const IssuanceTable = ({ issuances }: { readonly issuances: readonly Issuance[] }) => (
  <table class="issuances">
    <caption class="spoken">Issuances, newest first. Times are UTC.</caption>
    <thead>
      <tr>
        <th scope="col">
          Time <span class="quiet">UTC</span>
        </th>
        <th scope="col">Outcome</th>
        <th scope="col" class="mid">
          Scope
        </th>
        <th scope="col">Who</th>
        <th scope="col" class="wide">
          Intent
        </th>
      </tr>
    </thead>
    <tbody>
      {issuances.map((issuance) => (
        <Row key={issuance.id} issuance={issuance} />
      ))}
    </tbody>
  </table>
);

function Row({ issuance }: { readonly issuance: Issuance }) {
  const { id, time, outcome, reason, attempts, scope, principal, actor, connection, client, intent } = issuance;
  const said = sayTime(time);
  return (
    <tr>
      <td class="time">
        <Link to={{ page: 'issuance', id }}>
          <span class="clock">{said?.clock ?? time}</span> <span class="quiet">{said?.day}</span>
        </Link>
      </td>
      <td>
        <Outcome of={outcome} />
        <div class="narrow">
          <Text of={scope} />
        </div>
        {attempts > 1 ? <span class="quiet"> {attempts}×</span> : null}
        {reason === null ? null : (
          <div class="quiet">
            <Text of={reason} />
          </div>
        )}
      </td>
      <td class="mid clipped">
        <Text of={scope} />
      </td>
      <td class="clipped">
        <Text of={principal} />
        <div class="quiet">
          {actor === null ? null : (
            <>
              by <Text of={actor.principal} />,{' '}
            </>
          )}
          {connection === null && client === null ? null : <Text of={connection ?? `client ${client}`} />}
        </div>
      </td>
      <td class="wide clipped">{intent === null ? null : <Text of={intent} />}</td>
    </tr>
  );
}
