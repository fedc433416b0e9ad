import { useState } from 'preact/hooks';
import { navigate } from '../navigation.ts';
import { OUTCOMES } from '../record.ts';
import { FILTERS, type FilterName, instantsOf, type ListView, type Range, SPANS, type Span } from '../view.ts';
import { Text } from './text.tsx';

const LABELS: Readonly<Record<FilterName, string>> = {
  outcome: 'Outcome',
  scope: 'Scope',
  principal: 'Principal',
  actor: 'Actor',
  connection: 'Connection',
  client: 'Client',
  reason: 'Reason',
  intent: 'Intent',
  approval: 'Approval',
  rule: 'Rule',
  accessKeyId: 'Access key id',
};

/** What is not compared as a whole. */
const EXAMPLES: Readonly<Partial<Record<FilterName, string>>> = {
  intent: 'words of it',
  approval: 'apr_… or used',
  rule: 'scopes/deploy.yaml:12',
};

const SPAN_NAMES: Readonly<Record<Span, string>> = {
  '1h': 'last hour',
  '6h': 'last 6 hours',
  '24h': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
};

/** What the view is restricted to; each part of it can be taken away, and others put in. */
export function FilterForm({ view }: { readonly view: ListView }) {
  const given = FILTERS.filter((name) => view.filter[name] !== undefined);
  return (
    <section aria-label="Filters" class="filters">
      <RangeForm view={view} />
      {given.length === 0 ? null : (
        <ul class="chips">
          {given.map((name) => (
            <li key={name}>
              <button
                type="button"
                aria-label={`Remove the filter ${LABELS[name]} ${view.filter[name]}`}
                onClick={() => navigate({ ...view, filter: without(view.filter, name) }, 'push')}
              >
                <span class="quiet">{LABELS[name]}</span> <Text of={view.filter[name] ?? ''} />{' '}
                <span aria-hidden="true">×</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <AddFilter view={view} />
    </section>
  );
}

const without = (filter: ListView['filter'], name: FilterName): ListView['filter'] =>
  Object.fromEntries(Object.entries(filter).filter(([each]) => each !== name));

function AddFilter({ view }: { readonly view: ListView }) {
  const [name, setName] = useState<FilterName>('outcome');
  const [value, setValue] = useState('');
  const chosen = name === 'outcome' && value === '' ? (OUTCOMES[0] ?? '') : value;
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen === '') return;
        navigate({ ...view, filter: { ...view.filter, [name]: chosen } }, 'push');
        setValue('');
      }}
    >
      <label>
        <span class="spoken">Filter by</span>
        <select
          value={name}
          onChange={({ currentTarget }) => {
            setName(FILTERS.find((each) => each === currentTarget.value) ?? 'outcome');
            setValue('');
          }}
        >
          {FILTERS.map((each) => (
            <option key={each} value={each}>
              {LABELS[each]}
            </option>
          ))}
        </select>
      </label>
      {name === 'outcome' ? (
        <select aria-label="Value" value={chosen} onChange={({ currentTarget }) => setValue(currentTarget.value)}>
          {[...OUTCOMES, 'erased'].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ) : (
        <input
          aria-label="Value"
          value={value}
          placeholder={EXAMPLES[name] ?? 'exactly'}
          autocapitalize="none"
          spellcheck={false}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
      )}
      <button type="submit">Filter</button>
    </form>
  );
}

/** A word for a range that moves on, or both ends of one that stands. */
function RangeForm({ view }: { readonly view: ListView }) {
  const { range } = view;
  const go = (next: Range): void => navigate({ ...view, range: next, live: view.live && 'last' in next }, 'push');
  return (
    <div class="row">
      <label>
        <span class="spoken">Range of time</span>
        <select
          value={'last' in range ? range.last : 'own'}
          onChange={({ currentTarget }) => go(rangeOf(currentTarget.value))}
        >
          {Object.entries(SPAN_NAMES).map(([span, says]) => (
            <option key={span} value={span}>
              {says}
            </option>
          ))}
          <option value="own">from … to …</option>
        </select>
      </label>
      <Steps range={range} go={go} />
      {'last' in range ? null : <Ends key={`${range.from} ${range.to}`} from={range.from} to={range.to} go={go} />}
    </div>
  );
}

interface StepsProps {
  readonly range: Range;
  readonly go: (range: Range) => void;
}

/** What the brush of the timeline does not do: out of a range again, and to the one beside it. */
function Steps({ range, go }: StepsProps) {
  const { from, to } = instantsOf(range, Date.now());
  const length = to - from;
  const show = (first: number, last: number): void =>
    go({ from: new Date(first).toISOString(), to: new Date(Math.min(last, Date.now())).toISOString() });
  return (
    <span class="steps">
      <button type="button" onClick={() => show(from - length, from - 1)}>
        Earlier
      </button>
      <button type="button" disabled={'last' in range} onClick={() => show(to + 1, to + length)}>
        Later
      </button>
      <button type="button" onClick={() => show(from - length / 2, to + length / 2)}>
        Wider
      </button>
    </span>
  );
}

function rangeOf(word: string): Range {
  const span = Object.keys(SPANS).find((each): each is Span => each === word);
  if (span !== undefined) return { last: span };
  const now = Date.now();
  return { from: toSecond(now - SPANS['24h'] * 1000), to: toSecond(now) };
}

const toSecond = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

interface EndsProps {
  readonly from: string;
  readonly to: string;
  readonly go: (range: Range) => void;
}

/** `datetime-local` has no zone: both are read as UTC. */
function Ends({ from, to, go }: EndsProps) {
  const local = (text: string): string => new Date(text).toISOString().slice(0, 19);
  const [ends, setEnds] = useState({ from: local(from), to: local(to) });
  const field = (name: 'from' | 'to', says: string) => (
    <label>
      {says}
      <input
        type="datetime-local"
        step="1"
        required
        value={ends[name]}
        onInput={({ currentTarget }) => setEnds({ ...ends, [name]: currentTarget.value })}
      />
    </label>
  );
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        const [first, second] = [Date.parse(`${ends.from}Z`), Date.parse(`${ends.to}Z`)];
        go({ from: toSecond(Math.min(first, second)), to: toSecond(Math.max(first, second)) });
      }}
    >
      {field('from', 'From (UTC)')}
      {field('to', 'To (UTC)')}
      <button type="submit">Show</button>
    </form>
  );
}
