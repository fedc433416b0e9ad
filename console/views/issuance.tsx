import type { ComponentChildren } from 'preact';
import { showIssuance } from '../api.ts';
import { CopyBlock } from '../parts/copy.tsx';
import { CredentialPart } from '../parts/credential.tsx';
import { DecisionPart } from '../parts/decision.tsx';
import { Link } from '../parts/link.tsx';
import { NeighboursPart } from '../parts/neighbours.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { ReceiptPart } from '../parts/receipt.tsx';
import { Code, Text } from '../parts/text.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { Members, Value } from '../parts/value.tsx';
import type { Issuance } from '../record.ts';
import type { Session } from '../session.ts';
import { sayInstant } from '../times.ts';
import { EVERYTHING, type Filter } from '../view.ts';

/** One decision and its outcome: who, by which proof, why, by whose rule, what was handed out, and what came around. */
export function IssuancePage({ id, session }: { readonly id: string; readonly session: Session }) {
  const loaded = useAnswer(`${session.token} ${id}`, (signal) => showIssuance(session, id, signal));
  if (loaded.kind === 'loading') return <p role="status">Reading the record…</p>;
  if (loaded.kind === 'problem') {
    return (
      <>
        <h1>Issuance</h1>
        <p>
          <Code of={id} />
        </p>
        <ProblemBox problem={loaded.problem} again={loaded.again} />
      </>
    );
  }
  return <Whole issuance={loaded.value} session={session} />;
}

function Whole({ issuance, session }: { readonly issuance: Issuance; readonly session: Session }) {
  const { id, proof, claims, actor, credential, request, asked } = issuance;
  return (
    <article class="issuance">
      <Head issuance={issuance} />
      {issuance.erased === undefined ? null : (
        <p class="notice">
          On request it was erased who stands here as <Text of={issuance.erased.join(', ')} />.
        </p>
      )}
      {issuance.erasure === undefined ? (
        <Part title="Decision">
          <DecisionPart issuance={issuance} />
        </Part>
      ) : (
        <Part title="Erasure">
          <Members of={issuance.erasure} />
        </Part>
      )}
      {credential === null ? null : (
        <Part title="What was handed out">
          <CredentialPart credential={credential} time={issuance.time} />
        </Part>
      )}
      {asked === undefined ? null : (
        <Part title="What was asked for">
          <Members of={asked} />
        </Part>
      )}
      {issuance.approval === undefined ? null : (
        <Part title="Approval">
          <Members of={issuance.approval} />
        </Part>
      )}
      <Part title="Proof">
        <Members of={proof} />
      </Part>
      <Part title="Claims on record">
        {Object.keys(claims).length === 0 ? <p class="quiet">None.</p> : <Members of={claims} />}
      </Part>
      {actor === null ? null : (
        <Part title="Actor">
          <Members of={{ principal: actor.principal, connection: actor.connection, client: actor.client }} />
          <Members of={{ subject: actor.subject, ...actor.claims }} />
          <h3>Its proof</h3>
          <Members of={actor.proof} />
        </Part>
      )}
      <Part title="Request">
        <Members of={request} />
      </Part>
      <Part title="Receipt">
        <ReceiptPart issuance={issuance} session={session} />
      </Part>
      <Part title="Before and after">
        <NeighboursPart issuance={issuance} session={session} />
      </Part>
      <details class="raw">
        <summary>The record as it is kept</summary>
        <CopyBlock text={JSON.stringify(issuance, null, 2)} label={`Record ${id}`} />
      </details>
    </article>
  );
}

const Part = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="card">
    <h2>{title}</h2>
    {children}
  </section>
);

function Head({ issuance }: { readonly issuance: Issuance }) {
  const { id, time, outcome, reason, attempts, scope, grant, principal, connection, client, subject } = issuance;
  return (
    <div class="head">
      <p class="crumb">
        <Link to={EVERYTHING}>Issuances</Link>
      </p>
      <h1>
        <Outcome of={outcome} /> <Text of={scope} />
      </h1>
      <p class="lead">
        for{' '}
        <All by={{ principal }}>
          <Text of={principal} />
        </All>
        {issuance.actor === null ? null : (
          <>
            , by <Text of={issuance.actor.principal} />
          </>
        )}
        , {sayInstant(time)}
      </p>
      {issuance.intent === null ? null : (
        <blockquote>
          <Text of={issuance.intent} />
        </blockquote>
      )}
      <dl class="members">
        <Row name="Id">
          <Code of={id} />
        </Row>
        {reason === null ? null : (
          <Row name="Reason">
            <All by={{ reason }}>
              <Code of={reason} />
            </All>
          </Row>
        )}
        {attempts > 1 ? <Row name="Attempts">{attempts} within a minute</Row> : null}
        {connection === null ? null : (
          <Row name="Connection">
            <All by={{ connection }}>
              <Text of={connection} />
            </All>
          </Row>
        )}
        {client === null ? null : (
          <Row name="Client">
            <All by={{ client }}>
              <Text of={client} />
            </All>
          </Row>
        )}
        <Row name="Subject">
          <Code of={subject} />
        </Row>
        <Row name="Scope">
          <All by={{ scope: scope.split(' ')[0] ?? '' }}>
            <Text of={scope} />
          </All>{' '}
          <span class="quiet">{grant}</span>
        </Row>
        {issuance.revoked === undefined ? null : (
          <Row name="Revoked">
            <Value of={issuance.revoked} />
          </Row>
        )}
        {issuance.overflow === true ? <Row name="Overflow">all denials beyond the minute's ceiling</Row> : null}
        {issuance.truncated === undefined ? null : <Row name="Cut">{issuance.truncated.join(', ')}</Row>}
      </dl>
    </div>
  );
}

const Row = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Everything of the last 30 days that is like this. */
const All = ({ by, children }: { readonly by: Filter; readonly children: ComponentChildren }) => (
  <Link to={{ ...EVERYTHING, filter: by, range: { last: '30d' } }}>{children}</Link>
);
