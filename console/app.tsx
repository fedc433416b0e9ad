import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { currentAddress, useView } from './navigation.ts';
import { Link } from './parts/link.tsx';
import { SessionBar } from './parts/session-bar.tsx';
import { EXPLAIN, onSessionChange, READ, type Session, type SessionState, sessionState } from './session.ts';
import { addressOf, EVERYTHING, NO_QUESTION, type View } from './view.ts';
import { ExplainPage } from './views/explain.tsx';
import { IssuancePage } from './views/issuance.tsx';
import { IssuancesPage } from './views/issuances.tsx';
import { ScopePage, ScopesPage } from './views/scopes.tsx';
import { SignIn } from './views/sign-in.tsx';

/** What a view is called, in the title of the window too. */
function titleOf(view: View): string {
  switch (view.page) {
    case 'issuances':
      return 'Issuances';
    case 'issuance':
      return 'Issuance';
    case 'scopes':
      return 'Scopes';
    case 'scope':
      return 'Scope';
    case 'explain':
      return 'Explain';
    case 'unknown':
      return 'No such page';
  }
}

const scopeOf = (view: View): string => (view.page === 'issuances' || view.page === 'issuance' ? READ : EXPLAIN);

export function App() {
  const view = useView();
  const state = useSession();
  const title = titleOf(view);
  useEffect(() => {
    document.title = `${title} - Token Broker`;
  }, [title]);
  const main = useFocusOnChange(view.page === 'issuance' || view.page === 'scope' ? currentAddress() : view.page);
  const session = state.kind === 'in' ? state.session : null;
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header>
        <Link to={EVERYTHING} class="brand">
          Token Broker
        </Link>
        <nav aria-label="Views">
          <Link to={EVERYTHING} current={view.page === 'issuances'}>
            Issuances
          </Link>
          <Link to={{ page: 'scopes' }} current={view.page === 'scopes' || view.page === 'scope'}>
            Scopes
          </Link>
          <Link to={NO_QUESTION} current={view.page === 'explain'}>
            Explain
          </Link>
        </nav>
        <SessionBar state={state} />
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {view.page === 'unknown' ? (
          <Unknown />
        ) : session?.scopes.includes(scopeOf(view)) ? (
          <Page view={view} session={session} />
        ) : (
          <SignIn state={state} needs={scopeOf(view)} />
        )}
      </main>
    </>
  );
}

function useSession(): SessionState {
  const [state, setState] = useState(sessionState());
  useLayoutEffect(() => {
    const look = (): void => setState(sessionState());
    // It may have changed between the first picture and now.
    look();
    return onSessionChange(look);
  }, []);
  return state;
}

/** Where a link leads to another view, its content is read next; the first view is the page's own beginning. */
function useFocusOnChange(key: string) {
  const place = useRef<HTMLElement>(null);
  const before = useRef(key);
  useEffect(() => {
    if (before.current === key) return;
    before.current = key;
    place.current?.focus();
    window.scrollTo(0, 0);
  }, [key]);
  return place;
}

function Page({ view, session }: { readonly view: View; readonly session: Session }) {
  switch (view.page) {
    case 'issuances':
      return <IssuancesPage view={view} session={session} />;
    case 'issuance':
      return <IssuancePage key={view.id} id={view.id} session={session} />;
    case 'scopes':
      return <ScopesPage session={session} />;
    case 'scope':
      return <ScopePage key={view.name} name={view.name} session={session} />;
    case 'explain':
      return <ExplainPage key={addressOf(view)} view={view} session={session} />;
    case 'unknown':
      return <Unknown />;
  }
}

const Unknown = () => (
  <>
    <h1>No such page</h1>
    <p>
      <Link to={EVERYTHING}>All issuances</Link>
    </p>
  </>
);
