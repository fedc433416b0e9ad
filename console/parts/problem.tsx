import type { Problem } from '../api.ts';
import { Code, Text } from './text.tsx';

/** What went wrong, in the broker's words, with what an administrator asks for. */
export const ProblemBox = ({ problem, again }: { readonly problem: Problem; readonly again?: () => void }) => (
  <div class="notice bad" role="alert">
    <p>
      <Text of={problem.description} />
    </p>
    <Facts
      rows={[
        ['Reason', problem.reason],
        ['Request', problem.requestId],
      ]}
    />
    {again === undefined ? null : (
      <button type="button" onClick={again}>
        Try again
      </button>
    )}
  </div>
);

/** Terms and what they stand for; what is empty is left out. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  const given = rows.filter(([, text]) => text !== '');
  if (given.length === 0) return null;
  return (
    <dl class="facts">
      {given.map(([term, text]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            <Code of={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
