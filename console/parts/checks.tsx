import type { Check, ExplainedCheck } from '../record.ts';
import { Text } from './text.tsx';
import { Value } from './value.tsx';

const heldOf = ({ held, missed }: Check): string => (held ? 'held' : missed === 'absent' ? 'absent' : 'different');

const isExplained = (check: Check | ExplainedCheck): check is ExplainedCheck => 'expected' in check;

/** One operator on one key a row: whether it held, and if not, whether the value was another one or none. */
export function Checks({
  of,
  caption,
}: {
  readonly of: readonly (Check | ExplainedCheck)[];
  readonly caption: string;
}) {
  if (of.length === 0) return <p class="quiet">No condition was looked at.</p>;
  const explained = of.some(isExplained);
  return (
    <table class="checks">
      <caption class="spoken">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Result</th>
          {explained ? (
            <th scope="col" class="mid">
              Expected
            </th>
          ) : null}
          {explained ? (
            <th scope="col" class="mid">
              Came
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {of.map((check, at) => (
          <tr key={at}>
            <td>
              <code>
                <Text of={check.key} />
              </code>
              <div class="quiet">
                <Text of={check.operator} />
              </div>
              {isExplained(check) ? (
                <div class="narrow">
                  <span class="quiet">expected</span> <Value of={check.expected} />
                  <span class="quiet">came</span> <Value of={check.actual} />
                </div>
              ) : null}
            </td>
            <td>
              <span class={check.held ? 'check held' : 'check missed'}>
                <span aria-hidden="true">{check.held ? '✓' : '✕'}</span> {heldOf(check)}
              </span>
            </td>
            {isExplained(check) ? (
              <>
                <td class="mid">
                  <Value of={check.expected} />
                </td>
                <td class="mid">
                  <Value of={check.actual} />
                </td>
              </>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
