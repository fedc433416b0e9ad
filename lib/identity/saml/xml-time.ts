import { readDateTime, SAML_DATE_TIME } from '../../date-time.ts';
import { type EpochSeconds, epochSeconds, type Seconds, seconds } from '../../time.ts';

/** Reads an xs:dateTime as SAML writes it: in UTC with a `Z`. Returns null for anything else (`readDateTime`). */
export function parseInstant(text: string): EpochSeconds | null {
  const read = readDateTime(text, SAML_DATE_TIME);
  return read === null ? null : epochSeconds(read.seconds + Number(`0.${read.fraction}`));
}

const DATE = '(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,6})D)?';
const TIME = '(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})(?:\\.[0-9]+)?S)?';
const DURATION = new RegExp(`^P${DATE}(?:T${TIME})?$`);

/**
 * Reads an xs:duration that is not negative, in whole seconds; a year counts 365 days and a month 28, so that nothing
 * is kept longer than it says. Returns null for anything else.
 */
export function parseXmlDuration(text: string): Seconds | null {
  const match = DURATION.exec(text);
  if (match === null || text.endsWith('P') || text.endsWith('T')) return null;
  const [years = 0, months = 0, days = 0, hours = 0, minutes = 0, rest = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return seconds((years * 365 + months * 28 + days) * 86_400 + hours * 3600 + minutes * 60 + rest);
}
