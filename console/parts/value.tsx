import type { Json } from '../record.ts';
import { Text } from './text.tsx';

/** A claim or another value of a record: a text as it is, several one below the other, anything else as JSON. */
export function Value({ of }: { readonly of: Json | undefined }) {
  if (of === undefined || of === null) return <span class="quiet">none</span>;
  if (typeof of === 'string') return <Text of={of} />;
  if (Array.isArray(of) && of.every((each) => typeof each === 'string')) {
    return (
      <ul class="values">
        {of.map((each, at) => (
          <li key={at}>
            <Text of={each} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <code>
      <Text of={JSON.stringify(of)} />
    </code>
  );
}

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** Members of a record, one a row; those without a value are left out. */
export const Members = ({ of }: { readonly of: Readonly<Record<string, Json | undefined>> }) => (
  <dl class="members">
    {Object.entries(of)
      .filter(([, value]) => !isEmpty(value))
      .map(([name, value]) => (
        <div key={name}>
          <dt>
            <Text of={name} />
          </dt>
          <dd>
            <Value of={value} />
          </dd>
        </div>
      ))}
  </dl>
);
