import { compactToken, identityOf, jwt } from './jwt.ts';
import type { ProofContext, ProofKind, ProofSource } from './proof.ts';

function tokenVariable(kind: string, variable: string, { env }: ProofContext): ProofSource {
  const read = () => compactToken(env[variable] ?? '', `the variable ${variable}`);
  return { name: `${kind}:${variable}`, identity: async () => identityOf(read()), present: async () => jwt(read()) };
}

/** `env:NAME`: a token in a variable. */
export const env: ProofKind = {
  operand: 'NAME',
  operandIs: 'required',
  offered: () => null,
  source: (operand, context) => tokenVariable('env', operand, context),
};

/** `gitlab:NAME`: an ID token that the job declares under `id_tokens`, with the broker as its `aud` (GitLab CI/CD). */
export const gitlab: ProofKind = {
  operand: 'NAME',
  operandIs: 'required',
  offered: () => null,
  source: (operand, context) => tokenVariable('gitlab', operand, context),
};
