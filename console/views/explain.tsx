import { useState } from 'preact/hooks';
import { explain, type Question } from '../api.ts';
import { navigate } from '../navigation.ts';
import { Explained } from '../parts/explained.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import type { Session } from '../session.ts';
import { type ExplainView, NO_QUESTION } from '../view.ts';

type By = 'issuance' | 'claims' | 'token';

interface ExplainProps {
  readonly view: ExplainView;
  readonly session: Session;
}

/** Why somebody gets a scope or not, as the rules in force decide: rule by rule, check by check. */
export function ExplainPage({ view, session }: ExplainProps) {
  // A token stands in no address: it is asked for anew with every view.
  const [byToken, askByToken] = useState<Question | null>(null);
  const question = byToken ?? questionOf(view);
  return (
    <>
      <h1>Why, or why not</h1>
      <p class="quiet">
        By the rules in force now. Nothing is handed out, recorded or counted, and the signature of a token is not
        checked.
      </p>
      <ExplainForm view={view} askByToken={askByToken} />
      {question === null ? null : <Asked question={question} session={session} />}
    </>
  );
}

function questionOf({ scope, issuance, connection, claims }: ExplainView): Question | null {
  if (scope === '') return null;
  if (issuance !== '') return { scope, issuance };
  const read = jsonOf(claims);
  return connection === '' || read === undefined ? null : { scope, connection, claims: read };
}

/** undefined: it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function Asked({ question, session }: { readonly question: Question; readonly session: Session }) {
  const loaded = useAnswer(`${session.token} ${JSON.stringify(question)}`, (signal) =>
    explain(session, question, signal),
  );
  if (loaded.kind === 'loading') return <p role="status">Asking…</p>;
  if (loaded.kind === 'problem') return <ProblemBox problem={loaded.problem} again={loaded.again} />;
  return <Explained of={loaded.value} />;
}

interface FormProps {
  readonly view: ExplainView;
  readonly askByToken: (question: Question | null) => void;
}

const EXAMPLE = '{\n  "sub": "repo:acme/web:ref:refs/heads/main"\n}';

function ExplainForm({ view, askByToken }: FormProps) {
  const [by, setBy] = useState<By>(view.claims === '' && view.connection === '' ? 'issuance' : 'claims');
  const [given, setGiven] = useState({ ...view, claims: view.claims === '' ? EXAMPLE : view.claims, token: '' });
  const [wrong, setWrong] = useState('');
  const field = (name: 'scope' | 'issuance' | 'connection', says: string, example: string) => (
    <label>
      {says}
      <input
        name={name}
        required
        autocapitalize="none"
        spellcheck={false}
        placeholder={example}
        value={given[name]}
        onInput={({ currentTarget }) => setGiven({ ...given, [name]: currentTarget.value })}
      />
    </label>
  );
  const area = (name: 'claims' | 'token', says: string, rows: number) => (
    <label>
      {says}
      <textarea
        name={name}
        required
        rows={rows}
        autocapitalize="none"
        spellcheck={false}
        value={given[name]}
        onInput={({ currentTarget }) => setGiven({ ...given, [name]: currentTarget.value })}
      />
    </label>
  );
  const submit = (): void => {
    const { issuance, connection, claims, token } = given;
    const scope = given.scope.trim();
    const broken = by === 'claims' && jsonOf(claims) === undefined;
    setWrong(broken ? 'The claims are not JSON.' : '');
    if (broken) return;
    askByToken(by === 'token' ? { scope, token: token.trim() } : null);
    if (by === 'issuance') navigate({ ...NO_QUESTION, scope, issuance: issuance.trim() }, 'push');
    if (by === 'claims') navigate({ ...NO_QUESTION, scope, connection: connection.trim(), claims }, 'push');
  };
  return (
    <form
      class="card explain"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {field('scope', 'Scope', 'deploy-web')}
      <fieldset>
        <legend>Who</legend>
        <div class="choices">
          <Choice by="issuance" now={by} choose={setBy} says="is on record" />
          <Choice by="claims" now={by} choose={setBy} says="has these claims" />
          <Choice by="token" now={by} choose={setBy} says="has this token" />
        </div>
        {by === 'issuance' ? field('issuance', 'Issuance', 'iss_…') : null}
        {by === 'claims' ? field('connection', 'Connection', 'github') : null}
        {by === 'claims' ? area('claims', 'Claims (JSON)', 8) : null}
        {by === 'token'
          ? area('token', 'Token (JWT); it is sent to this broker alone, and stands in no address', 4)
          : null}
      </fieldset>
      {wrong === '' ? null : (
        <p role="alert" class="failed">
          {wrong}
        </p>
      )}
      <button type="submit" class="primary">
        Explain
      </button>
    </form>
  );
}

interface ChoiceProps {
  readonly by: By;
  readonly now: By;
  readonly choose: (by: By) => void;
  readonly says: string;
}

const Choice = ({ by, now, choose, says }: ChoiceProps) => (
  <label class="check">
    <input type="radio" name="by" value={by} checked={by === now} onChange={() => choose(by)} />
    {says}
  </label>
);
