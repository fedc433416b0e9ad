import type { Terminal } from '../command.ts';
import type { Request, TokenAnswer } from './broker.ts';
import type { CredentialDocument } from './credential-document.ts';
import { chooseActor, chooseProof } from './proofs/choose.ts';
import type { Presented, ProofSource } from './proofs/proof.ts';
import { ATTEMPT_MS, type ScopedSettings } from './settings.ts';

/** A caller who knows its proof and can ask again and again. */
export interface Caller {
  readonly settings: ScopedSettings;
  readonly proof: ProofSource;
  readonly actor: ProofSource | null;
  /** Fresh AWS credentials from the broker. Throws BrokerRefusal, Unreachable, or Error of the proof. Secret. */
  credentials(purpose?: 'console'): Promise<CredentialDocument>;
  /** A fresh answer of the token endpoint. Secret. */
  token(): Promise<TokenAnswer>;
}

/** Chooses the proof (and says which, where `verbose`); nothing is asked yet. */
export async function callerOf(
  settings: ScopedSettings,
  terminal: Terminal,
  how: 'verbose' | 'quiet',
): Promise<Caller> {
  const say = (line: string) => (how === 'verbose' ? terminal.err(`${line}\n`) : undefined);
  const [proof, actor] = [await chooseProof(settings, terminal, say), await chooseActor(settings, terminal)];
  async function asking<T>(ask: (request: Request, presented: Presented, signal: AbortSignal) => Promise<T>) {
    const signal = AbortSignal.timeout(ATTEMPT_MS);
    const [presented, acting] = await Promise.all([proof.present(signal), actor?.present(signal) ?? null]);
    const waiting = (why: string) =>
      terminal.err(`token-broker: ${why}; asked again for up to ${ATTEMPT_MS / 1000} s\n`);
    return ask({ ...settings, actor: acting, waiting }, presented, signal);
  }
  return {
    settings,
    proof,
    actor,
    credentials: async (purpose) => {
      const { fetchCredentials } = await import('./broker.ts');
      return asking((request, presented, signal) =>
        fetchCredentials(purpose === undefined ? request : { ...request, purpose }, presented, signal),
      );
    },
    token: async () => asking((await import('./broker.ts')).fetchToken),
  };
}
