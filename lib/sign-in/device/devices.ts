import type { Principal } from '../../identity/principal.ts';
import type { Reason } from '../../refusals/registry.ts';
import type { EpochSeconds, Seconds } from '../../time.ts';

/** What a program on a machine without a browser asked for (RFC 8628 section 3.1). */
export interface DeviceRequest {
  readonly client: string;
  /** null: the person chooses. */
  readonly connection: string | null;
  /** None where a resource is named in their place: then those that the person may have there. */
  readonly scopes: readonly string[];
  /** `resource` and `audience`, as of an authorization request. */
  readonly targets: readonly string[];
  /** The machine, in the program's own words: shown as a quotation. null: it said nothing. */
  readonly name: string | null;
  /** Where it asked from, as API Gateway says. */
  readonly sourceIp: string;
}

export interface PendingDevice extends DeviceRequest {
  /** Eight letters, without a dash. */
  readonly userCode: string;
  /** `hashOf` the device code. */
  readonly device: string;
  readonly expires: EpochSeconds;
}

/** Why nothing comes of a request: the person said no, or was refused for good. */
export interface DeviceRefusal {
  readonly reason: Reason;
  /** Who signed in; null: nobody did. */
  readonly principal: Principal | null;
}

/** What a poll meets (RFC 8628 section 3.5). */
export type Polled =
  | { readonly state: 'pending' | 'expired' | 'unknown' }
  | { readonly state: 'refused'; readonly request: DeviceRequest; readonly refused: DeviceRefusal }
  /** It came too soon: from here on it waits this long. */
  | { readonly state: 'too-soon'; readonly interval: Seconds };

/** Programs that wait for somebody at a browser, by user code. Throws `Fault('sign-ins')`. */
export interface Devices {
  /** False: a program that waits has this user code. */
  begin(pending: PendingDevice, signal: AbortSignal): Promise<boolean>;
  /** null: no program waits under this user code, or its person has decided. */
  find(userCode: string, signal: AbortSignal): Promise<PendingDevice | null>;
  /** It is decided: once, of any number at once. False: it had been before, or it has ended. */
  decide(userCode: string, decision: 'allowed' | DeviceRefusal, signal: AbortSignal): Promise<boolean>;
  poll(userCode: string, device: string, signal: AbortSignal): Promise<Polled>;
}

/** RFC 8628 section 6.1: consonants, so that no word comes of them; 20^8 are 34 bits. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;

/** A user code of random bytes; those that would favour some letters are passed over. null: too few were good. */
export function userCodeOf(bytes: Uint8Array): string | null {
  const fair = [...bytes].filter((byte) => byte < 240).slice(0, LENGTH);
  return fair.length < LENGTH ? null : fair.map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** As people type it: any case, blanks and dashes; null: it is no user code. */
export function readUserCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[\s-]/g, '');
  return code.length === LENGTH && [...code].every((letter) => LETTERS.includes(letter)) ? code : null;
}

export const shownUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;
