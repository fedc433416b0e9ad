import { readDateTime, SAML_DATE_TIME } from '../../date-time.ts';
import { type EpochSeconds, epochSeconds } from '../../time.ts';

/** Reads an xs:dateTime as SAML writes it: in UTC with a `Z`. Returns null for anything else (`readDateTime`). */
export function parseInstant(text: string): EpochSeconds | null {
  const read = readDateTime(text, SAML_DATE_TIME);
  return read === null ? null : epochSeconds(read.seconds + Number(`0.${read.fraction}`));
}
