import type { Issuance } from '../record.ts';
import { sayInstant } from '../times.ts';
import { EVERYTHING, NO_QUESTION } from '../view.ts';
import { Checks } from './checks.tsx';
import { Link } from './link.tsx';
import { Code, Text } from './text.tsx';
import { Members } from './value.tsx';

/** Which rule, where it stands, who put it in force and why, and each check. */
export function DecisionPart({ issuance }: { readonly issuance: Issuance }) {
  const { decision, outcome, id, scope } = issuance;
  const { rule, configVersion, checks, source, wouldAllow, wouldDeny } = decision;
  const allowed = outcome !== 'denied';
  return (
    <>
      <p>
        {allowed ? 'Allowed' : 'Refused'}
        {rule === null ? (allowed ? '' : ' by no rule that matched') : ` by rule ${rule}`}
        {source?.file === null || source?.file === undefined ? null : (
          <>
            {' '}
            in{' '}
            <Link to={{ ...EVERYTHING, filter: { rule: placeOf(source.file, source.line) }, range: { last: '30d' } }}>
              <Code of={placeOf(source.file, source.line)} />
            </Link>
          </>
        )}
        , version {configVersion} of the configuration.
      </p>
      {source === undefined ? null : <WhoApplied source={source} />}
      <Checks of={checks} caption="Checks of the decision" />
      {wouldDeny === undefined ? null : (
        <Report says="With the rules under mode: report it would be refused." of={wouldDeny} />
      )}
      {wouldAllow === undefined ? null : (
        <Report says="With the rules under mode: report it would be allowed." of={wouldAllow} />
      )}
      <p>
        <Link to={{ ...NO_QUESTION, scope: scope.split(' ')[0] ?? '', issuance: id }}>
          Explain it by the rules in force now
        </Link>
      </p>
    </>
  );
}

const placeOf = (file: string, line: number | null): string => (line === null ? file : `${file}:${line}`);

const Report = ({ says, of }: { readonly says: string; readonly of: Issuance['request'] }) => (
  <div class="notice">
    <p>{says}</p>
    <Members of={of} />
  </div>
);

const WhoApplied = ({ source }: { readonly source: NonNullable<Issuance['decision']['source']> }) => (
  <p>
    {source.appliedBy === null ? (
      <span class="quiet">Who put that version in force was not kept.</span>
    ) : (
      <>
        Put in force by <Text of={source.appliedBy} />
        {source.appliedAt === null ? null : `, ${sayInstant(source.appliedAt)}`}
        {source.reason === null ? null : (
          <>
            :{' '}
            <q>
              <Text of={source.reason} />
            </q>
          </>
        )}
        {source.commit === null ? null : (
          <>
            {' '}
            (commit <Code of={source.commit} />)
          </>
        )}
      </>
    )}
  </p>
);
