import type { Stack } from '../stack.ts';
import type { IdentityProvider } from './identity-provider.ts';

/** Where the flows of the demonstration are shown. */
export interface Stage {
  readonly stack: Stack;
  readonly idp: IdentityProvider;
  /** The checkout. */
  readonly root: string;
}

/** The first four characters, which say what kind of key it is. */
export const masked = (secret: unknown): string => `${String(secret).slice(0, 4)}…`;
