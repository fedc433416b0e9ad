import type { JsonValue } from '../../json.ts';
import { TOKEN_TYPE } from '../../oauth-urns.ts';
import { isSameResource } from '../../resource-indicator.ts';
import type { Seconds } from '../../time.ts';
import type { GrantKind } from './grant-kind.ts';
import type { CompiledTokenClaim } from './grant-templates.ts';

/** A JWT access token that this broker signs (RFC 9068). */
export interface BrokerTokenGrant {
  readonly type: 'broker-token';
  readonly audience: string;
  /** Default and maximum. */
  readonly duration: Seconds;
  readonly claims: Readonly<Record<string, JsonValue>>;
  /** Claims of the principal that go along as they are, where it has them. Absent: none. */
  readonly carries?: readonly string[];
  /** The client that the audience is, and that may exchange what it is sent. Absent: there is none. */
  readonly exchangedBy?: string;
  /** What that client may have for whoever sent it a token, by the rules that name it; at most 50. Absent: nothing. */
  readonly exchangedFor?: readonly ExchangedScope[];
}

/** A scope, and the connections of those whom a client may have it for; `broker`: of whomever the token names. */
export interface ExchangedScope {
  readonly scope: string;
  readonly connections: readonly string[];
}

export interface BrokerTokenTemplates {
  readonly claims: readonly CompiledTokenClaim[];
}

export const brokerToken: GrantKind<BrokerTokenGrant, BrokerTokenTemplates> = {
  routes: ['token-exchange', 'token'],
  tokenTypes: [TOKEN_TYPE.access_token, TOKEN_TYPE.jwt],
  mintedBy: 'broker',
  narrowedBy: 'nothing',
  targets: ({ audience }) => [audience],
  principalArn: () => null,
  duration: ({ duration }) => duration,
  together: (one, other) => isSameResource(one.audience, other.audience),
  compile: ({ claims }, templates) => ({ claims: templates.claims(claims) }),
};
