import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { BROKER_TOKEN_TYPE } from '../../../lib/oauth-urns.ts';
import { shown } from '../../broker/ask.ts';
import { detectProof, NoProof, type Presentable, present } from '../../broker/proof-sources.ts';
import type { Terminal } from '../../command.ts';
import { type Finding, ok, wrong } from './finding.ts';

export interface ProofLook {
  readonly findings: readonly Finding[];
  readonly proof: Presentable | null;
}

/** Makes the proof that this program would show, and looks at what it says: issuer, subject, audience, times. */
export async function lookAtProof(
  name: string | undefined,
  env: Terminal['env'],
  issuer: string,
  now: number,
): Promise<ProofLook> {
  const detected = detectProof(env);
  const chosen = name === undefined || name === '' || name === 'auto' ? detected.proof : name;
  const why = chosen === detected.proof && name !== chosen ? `${chosen}, since ${detected.because}` : chosen;
  try {
    const proof = await present(chosen, env, issuer);
    return { findings: [ok('proof', `by ${why}`), ...lookInto(proof, issuer, now)], proof };
  } catch (error) {
    if (error instanceof NoProof)
      return { findings: [wrong('proof', `${why}: ${error.message}`, error.fix)], proof: null };
    const fix = 'look at the network, and try again';
    return {
      findings: [wrong('proof', `${why}: it could not be made (${String(Object(error).name)})`, fix)],
      proof: null,
    };
  }
}

function lookInto(proof: Presentable, issuer: string, now: number): readonly Finding[] {
  if (proof.kind === 'client') return [lookAtSecret(proof.client, proof.secret)];
  if (proof.type === BROKER_TOKEN_TYPE.awsIam)
    return [ok('proof', `a signed request that names ${new URL(issuer).host}`)];
  const claims = claimsOf(proof.token);
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

/** What a JWT says of itself; the broker verifies it, this only reads. */
function claimsOf(token: string): JsonObject | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return isJsonObject(claims) ? claims : null;
  } catch {
    return null;
  }
}

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
