import { eventHistoryLink, lakeQuery } from '../cloudtrail.ts';
import type { Issuance } from '../record.ts';
import { CopyBlock } from './copy.tsx';
import { Members } from './value.tsx';

interface CredentialProps {
  readonly credential: NonNullable<Issuance['credential']>;
  readonly time: string;
}

/** What left the broker, never a secret; for an AWS session, where AWS says what was done with it. */
export function CredentialPart({ credential, time }: CredentialProps) {
  const word = (name: string): string => {
    const value = credential[name];
    return typeof value === 'string' ? value : '';
  };
  const key = word('accessKeyId');
  const link = eventHistoryLink(key, word('roleArn'));
  const query = lakeQuery(key, { issued: time, expires: word('expires') });
  return (
    <>
      <Members of={credential} />
      {link === null ? null : (
        <p>
          <a href={link} target="_blank" rel="noopener noreferrer">
            What was done with it: CloudTrail event history (opens the AWS console)
          </a>
        </p>
      )}
      {query === null ? null : (
        <>
          <h3>The same in CloudTrail Lake</h3>
          <CopyBlock text={query} label="Query for CloudTrail Lake" />
        </>
      )}
    </>
  );
}
