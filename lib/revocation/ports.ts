/** What revoking asks of the world beside who asks. Types only, as in `lib/ports/`. */
import type { BearerPorts } from '../admit-bearer.ts';
import type { JsonObject } from '../json.ts';
import type { IssuanceRecord, RevokedRecord } from '../ledger/record.ts';
import type { Configurations, ScopeNames } from '../ports/configuration.ts';
import type { Random } from '../ports/host.ts';
import type { LedgerQueries } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { Revocation } from './revocation.ts';
import type { SessionDenial } from './session-denials.ts';

/** The list of revocations, changed by one conditional write at a time. All throw `Fault('revocations')`. */
export interface RevocationList {
  read(signal: AbortSignal): Promise<readonly Revocation[]>;
  /** `change` may be asked again where somebody else was first. `full`: there is no room, and nothing has changed. */
  change(
    change: (all: readonly Revocation[]) => readonly Revocation[],
    signal: AbortSignal,
  ): Promise<readonly Revocation[] | 'full'>;
}

export interface AccountDenials {
  readonly version: number;
  readonly denials: readonly SessionDenial[];
}

/** The denied sessions of each account, `<partition>:<id>`: what its policy is made from. */
export interface SessionDenials {
  change(
    account: string,
    change: (denials: readonly SessionDenial[]) => readonly SessionDenial[],
    signal: AbortSignal,
  ): Promise<AccountDenials>;
  read(account: string, signal: AbortSignal): Promise<AccountDenials>;
}

/** `absent`: the account has no such role or policy, or does not let this broker. */
export type PolicyWritten = 'written' | 'absent';

/** The policy of each target account, rewritten through a role of its own there. Throws where AWS cannot be reached. */
export interface RevocationPolicies {
  write(account: string, document: JsonObject, signal: AbortSignal): Promise<PolicyWritten>;
  /** Which of these roles, by ARN, carry the policy. */
  carriers(account: string, roles: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
}

export interface RevokePorts extends BearerPorts {
  readonly random: Random;
  readonly queries: Pick<LedgerQueries, 'get' | 'list'>;
  /** How long what scopes hand out may live. */
  readonly configurations: Configurations;
  readonly scopeNames: ScopeNames;
  readonly log: Pick<Log, 'error'>;
  readonly list: RevocationList;
  readonly denials: SessionDenials;
  readonly policies: RevocationPolicies;
  readonly records: {
    /** Says in the record that it was revoked; once more changes nothing. Throws `Fault('ledger')`. */
    mark(record: Pick<IssuanceRecord, 'id' | 'scope'>, revoked: RevokedRecord, signal: AbortSignal): Promise<void>;
  };
}
