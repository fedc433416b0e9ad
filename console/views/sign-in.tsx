import { useState } from 'preact/hooks';
import { currentAddress } from '../navigation.ts';
import { Facts } from '../parts/problem.tsx';
import { Code, Text } from '../parts/text.tsx';
import { beginSignIn, EXPLAIN, lastSignIn, READ, type Refused, type SessionState } from '../session.ts';

interface SignInProps {
  readonly state: SessionState;
  /** The scope without which this view has nothing to show. */
  readonly needs: string;
}

/** What stands in a view's place as long as nobody is signed in who may see it. The address stays the view's own. */
export function SignIn({ state, needs }: SignInProps) {
  if (state.kind === 'asking' || state.kind === 'redeeming') return <p role="status">Signing in…</p>;
  return (
    <div class="card slim">
      <Why state={state} needs={needs} />
      <SignInForm needs={needs} />
      <p class="hint">
        You come back to this very view. The token that the page gets is good for 15 minutes and kept in memory only.
      </p>
    </div>
  );
}

function Why({ state, needs }: SignInProps) {
  switch (state.kind) {
    case 'ended':
      return (
        <>
          <h1>The session has ended</h1>
          <p role="alert">Nothing of what was shown is kept. Sign in again to go on where you were.</p>
        </>
      );
    case 'refused':
      return <WhyRefused refused={state.refused} />;
    case 'in':
      return (
        <>
          <h1>This view needs more</h1>
          <p>
            It is for the scope <Code of={needs} />, which the sign-in did not give.
          </p>
        </>
      );
    default:
      return (
        <>
          <h1>Sign in</h1>
          <p>
            This view is for people who may have the scope <Code of={needs} />.
          </p>
        </>
      );
  }
}

/** Which scope and which check; the rules themselves are told to nobody who is refused by them. */
function WhyRefused({ refused }: { readonly refused: Refused }) {
  const { scopes, connection, reason, description, requestId } = refused;
  const isScope = refused.error === 'invalid_scope';
  return (
    <>
      <h1>{isScope ? 'You may not have this scope' : 'The sign-in was refused'}</h1>
      <div class="notice bad" role="alert">
        <p>
          <Text of={description} />
        </p>
        <Facts
          rows={[
            ['Scope', scopes.join(' ')],
            ['Connection', connection],
            ['Failed check', reason],
            ['Request', requestId],
          ]}
        />
      </div>
      {isScope ? <WhatNext scopes={scopes} connection={connection} /> : null}
    </>
  );
}

const WhatNext = ({ scopes, connection }: Pick<Refused, 'scopes' | 'connection'>) => (
  <>
    <p>
      The connection knows you, and no rule of the scope does.{' '}
      {connection === '' ? null : <WhoAmI connection={connection} />} Give an administrator the request above. The
      refusal is on record, check by check:
    </p>
    <pre>token-broker issuances list --scope {scopes.join(' ')} --outcome denied</pre>
  </>
);

/** The page does not know of which kind a connection is: only its own link leads somewhere. */
const WhoAmI = ({ connection }: Pick<Refused, 'connection'>) => (
  <>
    See who you are here and which claims rules see: with{' '}
    <a href={`/saml/${encodeURIComponent(connection)}/login`}>a SAML connection</a>, with{' '}
    <a href={`/oidc/${encodeURIComponent(connection)}/login`}>an OpenID Connect one</a>.
  </>
);

/** The broker lists the connections: where nobody signed in from here before, and for another account. */
function SignInForm({ needs }: { readonly needs: string }) {
  const last = lastSignIn();
  const [both, setBoth] = useState(needs === EXPLAIN || last.scopes.length !== 1);
  const signIn = (connection: string): void =>
    void beginSignIn(connection, both ? [READ, EXPLAIN] : [READ], currentAddress());
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        signIn(last.connection);
      }}
    >
      <label class="check">
        <input type="checkbox" checked={both} onChange={({ currentTarget }) => setBoth(currentTarget.checked)} />
        <span>
          Also ask for <code>{EXPLAIN}</code>: who may use which scope, and why
        </span>
      </label>
      <button type="submit" class="primary">
        Sign in{last.connection === '' ? '' : ' at '}
        <Text of={last.connection} />
      </button>
      {last.connection === '' ? null : (
        <button type="button" onClick={() => signIn('')}>
          Sign in elsewhere
        </button>
      )}
    </form>
  );
}
