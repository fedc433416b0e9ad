import type { JsonObject } from '../../../lib/json.ts';
import { BROKER_TOKEN_TYPE } from '../../../lib/oauth-urns.ts';
import { chooseProof } from '../../caller/proofs/choose.ts';
import { peekClaims } from '../../caller/proofs/jwt.ts';
import type { Presented } from '../../caller/proofs/proof.ts';
import type { CallerSettings } from '../../caller/settings.ts';
import type { Terminal } from '../../command.ts';
import { errorMessage } from '../../error-message.ts';
import { type Finding, ok, shown, wrong } from './finding.ts';

export interface ProofLook {
  readonly findings: readonly Finding[];
  readonly proof: Presented | null;
}

const TIMEOUT_MS = 30_000;

/** Makes the proof that this program would show, and looks at what it says: issuer, subject, audience, times. */
export async function lookAtProof(settings: CallerSettings, terminal: Terminal, now: number): Promise<ProofLook> {
  let chosen = '';
  try {
    const source = await chooseProof(settings, terminal, (line) => {
      chosen = line.replace(/^proof: /, '');
    });
    const proof = await source.present(AbortSignal.timeout(TIMEOUT_MS));
    return { findings: [ok('proof', chosen), ...lookInto(proof, settings.broker, now)], proof };
  } catch (error) {
    const fix = 'mend that, or name another proof (--proof)';
    return { findings: [wrong('proof', errorMessage(error), fix)], proof: null };
  }
}

function lookInto(proof: Presented, issuer: string, now: number): readonly Finding[] {
  if (proof.kind === 'client-key') return [ok('proof', `client ${proof.client} by its key`)];
  if (proof.kind === 'client-secret') return [lookAtSecret(proof.client, proof.secret)];
  if (proof.type === BROKER_TOKEN_TYPE.awsIam) {
    return [ok('proof', `a signed request that names ${new URL(issuer).host}`)];
  }
  const claims = peekClaims(proof.token);
  if (claims === null) return [wrong('proof', 'it is no JWT', 'show the token that its issuer gave, and nothing else')];
  const [iss, sub] = [claims['iss'], claims['sub']].map((value) => shown(String(value ?? 'nobody')));
  return [ok('proof', `a token of ${iss} about ${sub}`), lookAtAudience(claims, issuer), ...lookAtTimes(claims, now)];
}

/** The broker takes none that is shorter. */
const LEAST_SECRET = 16;

const lookAtSecret = (client: string, secret: string): Finding =>
  secret.length < LEAST_SECRET
    ? wrong(
        'proof',
        `the secret of ${client} is shorter than ${LEAST_SECRET} characters`,
        'rotate it: a short one is refused',
      )
    : ok('proof', `client ${client} with a secret of ${secret.length} characters`);

function lookAtAudience(claims: JsonObject, issuer: string): Finding {
  const audience = [claims['aud'] ?? []].flat().map(String);
  if (audience.length === 0) {
    return ok('audience', 'the token has none: its connection has to name authorizedParties');
  }
  if (audience.includes(issuer)) return ok('audience', issuer);
  return wrong(
    'audience',
    `the token is for ${shown(audience.join(', '))}, and the broker is ${issuer}`,
    `ask its issuer for the audience ${issuer}, unless the connection lists that one`,
  );
}

function lookAtTimes(claims: JsonObject, now: number): readonly Finding[] {
  const at = (name: string): number => (typeof claims[name] === 'number' ? claims[name] : Number.NaN);
  const left = Math.round(at('exp') - now);
  const early = Math.round(Math.max(at('nbf') || 0, at('iat') || 0) - now);
  if (Number.isNaN(left)) return [wrong('end', 'the token has no end (exp)', 'the broker takes none without one')];
  if (left <= 0) return [wrong('end', `the token ended ${-left} s ago`, 'get a new one: what should renew it?')];
  if (early > 60) return [wrong('end', `the token begins in ${early} s`, "set its issuer's clock, or this machine's")];
  return [ok('end', `the token ends in ${left} s`)];
}
