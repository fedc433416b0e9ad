import { OUTCOMES } from '../record.ts';
import {
  type Breakdown,
  type Counts,
  DIMENSIONS,
  type Dimension,
  recordsOf,
  type Stats,
  sayCounts,
  sayNumber,
} from '../stats.ts';
import { FILTERS, type ListView } from '../view.ts';
import { Link } from './link.tsx';
import { Text } from './text.tsx';

const TITLES: Readonly<Record<Dimension, string>> = {
  scope: 'Scopes',
  connection: 'Connections',
  principal: 'Principals',
  actor: 'Actors',
  reason: 'Reasons',
};

/** What those records have that have none of a dimension. */
const NONE: Readonly<Record<Dimension, string>> = {
  scope: 'no scope',
  connection: 'clients of the broker',
  principal: 'nobody',
  actor: 'nobody acted',
  reason: 'no reason: issued',
};

const SHOWN = 6;

/** On a telephone the records come first. */
const isWide = (): boolean => matchMedia('(min-width: 36.01rem)').matches;

interface BreakdownsProps {
  readonly stats: Stats;
  readonly view: ListView;
}

/** What the records of a view have in common; each value leads to its own. */
export const Breakdowns = ({ stats, view }: BreakdownsProps) => (
  <details class="breakdowns" open={isWide()}>
    <summary>By scope, connection, principal, actor and reason</summary>
    <div>
      {DIMENSIONS.map((dimension) => {
        const breakdown = stats.breakdowns[dimension];
        return breakdown === undefined ? null : (
          <Part key={dimension} dimension={dimension} of={breakdown} total={recordsOf(stats.total)} view={view} />
        );
      })}
    </div>
  </details>
);

interface PartProps {
  readonly dimension: Dimension;
  readonly of: Breakdown;
  readonly total: number;
  readonly view: ListView;
}

function Part({ dimension, of: { groups, others }, total, view }: PartProps) {
  const shown = groups.slice(0, SHOWN);
  const rest = groups
    .slice(SHOWN)
    .reduce((sum, group) => sum + recordsOf(group), others === null ? 0 : recordsOf(others));
  if (groups.length === 0) return null;
  return (
    <div class="breakdown">
      <h2>{TITLES[dimension]}</h2>
      <ul>
        {shown.map((group) => (
          <li key={group.value}>
            <Name dimension={dimension} value={group.value} view={view} />
            <Meter counts={group} total={total} />
          </li>
        ))}
      </ul>
      {rest === 0 ? null : <p class="quiet">and {sayNumber(rest)} of others</p>}
    </div>
  );
}

interface NameProps {
  readonly dimension: Dimension;
  readonly value: string | null;
  readonly view: ListView;
}

function Name({ dimension, value, view }: NameProps) {
  const filter = FILTERS.find((name) => name === dimension);
  if (value === null) return <span class="quiet name">{NONE[dimension]}</span>;
  if (filter === undefined || view.filter[filter] === value) {
    return (
      <span class="name">
        <Text of={value} />
      </span>
    );
  }
  return (
    <Link to={{ ...view, filter: { ...view.filter, [filter]: value } }} class="name">
      <Text of={value} />
    </Link>
  );
}

/** How many, and of which outcomes: a stripe whose length is the part of all. */
function Meter({ counts, total }: { readonly counts: Counts; readonly total: number }) {
  let before = 0;
  return (
    <>
      <span class="count" title={sayCounts(counts)}>
        {sayNumber(recordsOf(counts))}
      </span>
      <svg class="meter" viewBox={`0 0 ${Math.max(1, total)} 1`} preserveAspectRatio="none" aria-hidden="true">
        <title>{sayCounts(counts)}</title>
        {OUTCOMES.map((outcome) => {
          const x = before;
          const width = counts[outcome] ?? 0;
          before += width;
          return width === 0 ? null : (
            <rect key={outcome} class={`bar ${outcome}`} x={x} y={0} width={width} height={1} />
          );
        })}
      </svg>
    </>
  );
}
