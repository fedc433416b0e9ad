import { useState } from 'preact/hooks';
import { listScopes } from '../api.ts';
import { Link } from '../parts/link.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { Rule } from '../parts/rule.tsx';
import { Code, Text } from '../parts/text.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { Members } from '../parts/value.tsx';
import type { Json, ScopePage as Listed, Scope, ScopeRule } from '../record.ts';
import type { Session } from '../session.ts';
import { sayDuration, sayInstant } from '../times.ts';
import { EVERYTHING, NO_QUESTION } from '../view.ts';

/** What is allowed now: every scope in force, what it hands out, and to whom in short. */
export function ScopesPage({ session }: { readonly session: Session }) {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const loaded = useAnswer(`${session.token} ${cursor}`, (signal) =>
    listScopes(session, cursor === undefined ? {} : { cursor }, signal),
  );
  if (loaded.kind === 'loading') return <p role="status">Reading the configuration…</p>;
  if (loaded.kind === 'problem') return <ProblemBox problem={loaded.problem} again={loaded.again} />;
  const { scopes, next, listed, configuration } = loaded.value;
  return (
    <>
      <h1>What is allowed now</h1>
      <Version of={configuration} />
      {listed ? null : (
        <p class="notice">A release of before applied this version and kept no list: apply the folder again.</p>
      )}
      <table class="scopes">
        <caption class="spoken">Scopes in force, by name</caption>
        <thead>
          <tr>
            <th scope="col">Scope</th>
            <th scope="col">Hands out</th>
            <th scope="col">Who</th>
          </tr>
        </thead>
        <tbody>
          {scopes.map((scope) => (
            <Row key={scope.scope} scope={scope} />
          ))}
        </tbody>
      </table>
      <p class="pages">
        {cursors.length === 0 ? null : (
          <button type="button" onClick={() => setCursors(cursors.slice(0, -1))}>
            Before
          </button>
        )}
        {next === null ? null : (
          <button type="button" onClick={() => setCursors([...cursors, next])}>
            More
          </button>
        )}
      </p>
    </>
  );
}

const Version = ({
  of: { version, appliedBy, appliedAt, reason, commit },
}: {
  readonly of: Listed['configuration'];
}) => (
  <p class="quiet">
    Version {version}
    {appliedBy === undefined || appliedAt === undefined ? null : (
      <>
        , put in force by <Text of={appliedBy} />, {sayInstant(appliedAt)}
      </>
    )}
    {reason === undefined || reason === null ? null : (
      <>
        : <Text of={reason} />
      </>
    )}
    {commit === undefined || commit === null ? null : (
      <>
        {' '}
        (commit <Code of={commit} />)
      </>
    )}
  </p>
);

/** A role, an audience or a server: what stands for the grant in a line. */
const targetOf = ({ roleArn, audience, tokenEndpoint }: Scope['grant']): string =>
  [roleArn, audience, tokenEndpoint].find((each): each is string => typeof each === 'string') ?? '';

const sources = ({ allow }: Scope): readonly string[] => [
  ...new Set(
    allow.flatMap(({ connections, clients }) => [
      ...(connections ?? []),
      ...(clients ?? []).map((client) => `client ${client}`),
    ]),
  ),
];

const Row = ({ scope }: { readonly scope: Scope }) => (
  <tr>
    <td>
      <Link to={{ page: 'scope', name: scope.scope }}>
        <Text of={scope.scope} />
      </Link>
      <Marks scope={scope} />
      <div class="quiet">
        <Text of={scope.description} />
      </div>
    </td>
    <td>
      <Text of={String(scope.grant['type'] ?? '')} />
      <div class="quiet">
        <Text of={targetOf(scope.grant)} />
      </div>
    </td>
    <td>
      <Text of={sources(scope).join(', ')} />
      <div class="quiet">
        {scope.allow.length} {scope.allow.length === 1 ? 'rule' : 'rules'}
        {scope.deny.length === 0 ? '' : `, ${scope.deny.length} that refuse`}
      </div>
    </td>
  </tr>
);

const Marks = ({ scope: { enabled, mode } }: { readonly scope: Scope }) => (
  <>
    {enabled ? null : <span class="tag">switched off</span>}
    {mode === undefined ? null : <span class="tag">mode: {mode}</span>}
  </>
);

/** One scope, rule by rule. */
export function ScopePage({ name, session }: { readonly name: string; readonly session: Session }) {
  const loaded = useAnswer(`${session.token} ${name}`, (signal) => listScopes(session, { scope: name }, signal));
  if (loaded.kind === 'loading') return <p role="status">Reading the configuration…</p>;
  if (loaded.kind === 'problem') return <ProblemBox problem={loaded.problem} again={loaded.again} />;
  const [scope] = loaded.value.scopes;
  return (
    <>
      <p class="crumb">
        <Link to={{ page: 'scopes' }}>Scopes</Link>
      </p>
      <h1>
        <Text of={name} />
      </h1>
      <Version of={loaded.value.configuration} />
      {scope === undefined ? (
        <p class="empty">The version in force has no scope of this name.</p>
      ) : (
        <Whole of={scope} />
      )}
    </>
  );
}

function Whole({ of: scope }: { readonly of: Scope }) {
  const { description, grant, allow, deny, requires, limits, parameters = {} } = scope;
  return (
    <>
      <p>
        <Text of={description} /> <Marks scope={scope} />
      </p>
      <p>
        <Link to={{ ...NO_QUESTION, scope: scope.scope }}>Who would get it, and who not</Link>,{' '}
        <Link to={{ ...EVERYTHING, filter: { scope: scope.scope }, range: { last: '30d' } }}>who got it</Link>
      </p>
      <section class="card">
        <h2>Who may use it</h2>
        {deny.length === 0 ? null : <Rules of={deny} effect="deny" says="Refused first, whatever allows:" />}
        <Rules of={allow} effect="allow" says={`${deny.length === 0 ? 'Any' : 'Then any'} of these rules allows:`} />
      </section>
      <section class="card">
        <h2>What it hands out</h2>
        <Members of={grantTexts(grant)} />
      </section>
      <section class="card">
        <h2>On which terms</h2>
        <Members of={{ ...requires, ...limitTexts(limits), ...parameters }} />
      </section>
    </>
  );
}

interface RulesProps {
  readonly of: readonly ScopeRule[];
  readonly effect: 'allow' | 'deny';
  readonly says: string;
}

const Rules = ({ of, effect, says }: RulesProps) => (
  <>
    <p>{says}</p>
    <ol class="rules">
      {of.map((rule, at) => (
        <Rule key={`${effect} ${at}`} rule={rule} effect={effect} at={at} />
      ))}
    </ol>
  </>
);

/** Durations are seconds. */
const grantTexts = (grant: Scope['grant']): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(grant).map(([name, value]) => [name, typeof value === 'number' ? sayDuration(value) : value]),
  );

const limitTexts = (limits: Scope['limits']): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [
      name,
      limit === null ? 'no limit' : `${limit.count} in ${sayDuration(limit.window)}`,
    ]),
  );
