import { useEffect, useState } from 'preact/hooks';
import { currentAddress } from '../navigation.ts';
import { beginSignIn, type Session, type SessionState, signOut } from '../session.ts';
import { sayDuration } from '../times.ts';
import { Text } from './text.tsx';

const TICK_MS = 1_000;
/** From here on the page says that the session is about to end. */
const SOON_SECONDS = 120;

/** Who is signed in and for how long; the way out, and the way to go on. */
export function SessionBar({ state }: { readonly state: SessionState }) {
  if (state.kind !== 'in') return <div class="session" />;
  return <SignedIn session={state.session} />;
}

function SignedIn({ session }: { readonly session: Session }) {
  const left = useSecondsLeft(session.ends);
  const soon = left <= SOON_SECONDS;
  const renew = (): void => void beginSignIn(session.connection, session.scopes, currentAddress());
  return (
    <div class="session">
      <span class="who">
        <span class="quiet">Signed in as </span>
        <Text of={session.subject} />
      </span>
      <span class={soon ? 'left soon' : 'left'}>
        <span class="quiet">Ends in </span>
        {sayDuration(soon ? left : Math.ceil(left / 60) * 60)}
      </span>
      <span role="status" class="spoken">
        {soon ? 'The session ends within two minutes.' : ''}
      </span>
      {soon ? (
        <button type="button" onClick={renew}>
          Sign in again
        </button>
      ) : null}
      <button type="button" onClick={signOut}>
        Sign out
      </button>
    </div>
  );
}

function useSecondsLeft(ends: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, (ends - now) / 1000);
}
