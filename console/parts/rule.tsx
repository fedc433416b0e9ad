import type { Conditions, Parties, ScopeRule } from '../record.ts';
import { Code, Text } from './text.tsx';
import { Value } from './value.tsx';

/** One rule: who it is about, and what must hold of them. */
export const Rule = ({
  rule,
  effect,
  at,
}: {
  readonly rule: ScopeRule;
  readonly effect: string;
  readonly at: number;
}) => (
  <li class="rule">
    <h3>
      {effect} {at}
      {rule.mode === undefined ? null : <span class="quiet"> mode: {rule.mode}, decides nothing</span>}
      {rule.file === undefined ? null : (
        <>
          {' '}
          <Code of={`${rule.file}:${rule.line}`} />
        </>
      )}
    </h3>
    <Who of={rule} nobody="whoever asks" />
    <When of={rule.when} caption={`Conditions of ${effect} ${at}`} />
    {rule.actor === null ? null : (
      <div class="acting">
        <Who of={rule.actor} nobody="whoever acts" says="acting for them: " />
        <When of={rule.actor.when} caption={`Conditions on the actor of ${effect} ${at}`} />
      </div>
    )}
  </li>
);

interface WhoProps {
  readonly of: Parties;
  readonly nobody: string;
  readonly says?: string;
}

function Who({ of: { connections, clients }, nobody, says = '' }: WhoProps) {
  if (connections === null && clients === null) return <p>{says + nobody}</p>;
  return (
    <p>
      {says}
      <Names of={connections} what="connection" />
      {connections !== null && clients !== null ? ' with ' : null}
      <Names of={clients} what="client" />
    </p>
  );
}

function Names({ of, what }: { readonly of: readonly string[] | null; readonly what: string }) {
  if (of === null) return null;
  return (
    <>
      {what}{' '}
      {of.map((name, at) => (
        <>
          {at === 0 ? null : ' or '}
          <strong>
            <Text of={name} />
          </strong>
        </>
      ))}
    </>
  );
}

/** Every row must hold; of several values one. */
function When({ of, caption }: { readonly of: Conditions | null; readonly caption: string }) {
  if (of === null) return null;
  const rows = Object.entries(of).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
  );
  return (
    <table class="checks">
      <caption class="spoken">{caption}; every row must hold</caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">One of</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ operator, key, values }) => (
          <tr key={`${operator} ${key}`}>
            <td>
              <Code of={key} />
              <div class="quiet">
                <Text of={operator} />
              </div>
            </td>
            <td>
              <Value of={values} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
