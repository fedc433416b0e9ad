import type { Json } from '../record.ts';
import { Text } from './text.tsx';

/**
 * A claim or another value of a record: a text as it is, several one below the other, members by name, anything else as
 * JSON.
 */
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
  if (typeof of === 'object' && !Array.isArray(of)) {
    if (Object.values(of).every(isLeaf)) return <Members of={Object.fromEntries(Object.entries(of))} />;
    return (
      <pre>
        <Text of={JSON.stringify(of, null, 2)} />
      </pre>
    );
  }
  return (
    <code>
      <Text of={JSON.stringify(of)} />
    </code>
  );
}

const isLeaf = (value: Json): boolean => typeof value !== 'object' || value === null;

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
