import { useEffect, useRef } from 'preact/hooks';
import type { ExplainedRule, Explanation } from '../record.ts';
import { sayInstant } from '../times.ts';
import { Checks } from './checks.tsx';
import { Code, Text } from './text.tsx';
import { Members } from './value.tsx';

/** The answer first, then what would have to differ, then every rule that was looked at. */
export function Explained({ of }: { readonly of: Explanation }) {
  const { scope, exists, allowed, reason, detail, time, principal, actor, client, require, rules, whyNot } = of;
  const place = useRef<HTMLHeadingElement>(null);
  // It was asked for, and stands below the question.
  useEffect(() => place.current?.focus(), []);
  return (
    <section aria-label="Explanation">
      <h2 class={allowed ? 'verdict issued' : 'verdict denied'} tabIndex={-1} ref={place}>
        <span aria-hidden="true">{allowed ? '✓' : '✕'}</span> {allowed ? 'Allowed' : 'Refused'}
        {of.rule === null ? '' : ` by rule ${of.rule}`}
      </h2>
      <Members
        of={{
          ...{ scope: exists === false ? `${scope}, which does not exist` : scope, reason },
          ...(detail === undefined ? {} : { detail }),
          principal: principal?.name ?? null,
          subject: principal?.subject ?? null,
          connection: principal?.connection ?? null,
          client: principal?.client ?? client,
          actor: actor?.name ?? null,
          'as of': sayInstant(time),
        }}
      />
      {whyNot.length === 0 ? null : (
        <div class="notice">
          <p>What would have to differ:</p>
          <ul>
            {whyNot.map((sentence) => (
              <li key={sentence}>
                <Text of={sentence} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {require
        .filter(({ checks }) => checks.length > 0)
        .map(({ connection, checks }) => (
          <section class="card" key={connection}>
            <h3>
              Connection <Text of={connection} /> requires
            </h3>
            <Checks of={checks} caption={`What the connection ${connection} requires`} />
          </section>
        ))}
      {rules.map((rule) => (
        <RulePart key={`${rule.effect} ${rule.rule}`} of={rule} nearest={isNearest(of.nearest, rule)} />
      ))}
    </section>
  );
}

const isNearest = (nearest: ExplainedRule | null, { effect, rule }: ExplainedRule): boolean =>
  nearest !== null && nearest.effect === effect && nearest.rule === rule;

const SAYS: Readonly<Record<string, string>> = {
  matched: 'matches',
  missed: 'does not match',
  elsewhere: 'is about other callers',
  error: 'cannot be evaluated',
};

const RulePart = ({ of, nearest }: { readonly of: ExplainedRule; readonly nearest: boolean }) => (
  <section class={nearest ? 'card nearest' : 'card'}>
    <h3>
      {of.effect} {of.rule} {SAYS[of.outcome] ?? of.outcome}
      {of.reason === undefined ? null : <span class="quiet"> ({of.reason})</span>}
      {nearest ? <span class="tag">nearest miss</span> : null}
      {of.file === undefined ? null : (
        <>
          {' '}
          <Code of={`${of.file}:${of.line}`} />
        </>
      )}
    </h3>
    <Checks of={of.checks} caption={`Checks of ${of.effect} ${of.rule}`} />
  </section>
);
