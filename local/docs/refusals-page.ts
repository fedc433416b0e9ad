/**
 * `npm run docs`: writes `docs/refusals.md` from the registry of refusals, and the codes as the routes themselves make
 * them.
 */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { credentialsError } from '../../lib/http/credentials/credentials-error.ts';
import { oauthError } from '../../lib/http/oauth/oauth-error.ts';
import { stsError } from '../../lib/http/sts/sts-error.ts';
import { approvalRefusals } from '../../lib/refusals/approval.ts';
import { awsIamRefusals } from '../../lib/refusals/aws-iam.ts';
import { clientRefusals } from '../../lib/refusals/client.ts';
import { credentialRefusals } from '../../lib/refusals/credential.ts';
import { downstreamRefusals } from '../../lib/refusals/downstream.ts';
import { explanations } from '../../lib/refusals/explained/registry.ts';
import { outageRefusals } from '../../lib/refusals/outage.ts';
import { policyRefusals } from '../../lib/refusals/policy.ts';
import { proofRefusals } from '../../lib/refusals/proof.ts';
import { type Reason, refusals } from '../../lib/refusals/registry.ts';
import { requestRefusals } from '../../lib/refusals/request.ts';
import { samlRefusals } from '../../lib/refusals/saml.ts';
import { signInRefusals } from '../../lib/refusals/sign-in.ts';

const areas: readonly (readonly [string, object])[] = [
  ['The request', requestRefusals],
  ['Tokens', proofRefusals],
  ['Signed AWS requests', awsIamRefusals],
  ['SAML', samlRefusals],
  ['Clients', clientRefusals],
  ['The decision', policyRefusals],
  ['Approvals', approvalRefusals],
  ['Minting', credentialRefusals],
  ["Another authorization server's tokens", downstreamRefusals],
  ['Sign-in', signInRefusals],
  ['Outages', outageRefusals],
];

const introduction = `# Every refusal

Made from \`lib/refusals/\` by \`npm run docs\`; do not edit it here. An answer that refuses carries \`reason\`, a stable code, and \`request_id\`. The reason leads to a heading of this page, the
request id to the log line, and a denied or failed issuance to its record: \`token-broker issuances list --outcome denied\`.

"Says" is what any caller is told. Once a proof's signature holds and \`require\` is met, \`error_description\` may say more: which check failed, what was expected and what came, of public values (audience, party, type, algorithm, times), in ASCII, each cut at 200 characters.
The codes are those of \`/oauth2/token\` (in an exchange), \`/v1/credentials\` and \`/sts\`. 429 and 503 come with \`Retry-After\`: try again. A refusal with any other status stays one until something changes.
`;

/** The codes that each protocol gives the reason, from the very functions that answer. */
function codes(reason: Reason): string {
  const oauth = oauthError('invalid_request')({ reason }, 'r');
  const credentials = credentialsError({ reason }, 'r');
  const sts = stsError({ reason }, 'r');
  const stsCode = /<Code>(\w+)<\/Code>/.exec(sts.body ?? '')?.[1] ?? '';
  return [
    `${oauth.statusCode} \`${member(oauth.body, 'error')}\``,
    `${credentials.statusCode} \`${member(credentials.body, 'code')}\``,
    `${sts.statusCode} \`${stsCode}\``,
  ].join(' · ');
}

const member = (body: string | undefined, name: string): string => String(JSON.parse(body ?? '{}')[name]);

const isReason = (name: string): name is Reason => Object.hasOwn(refusals, name);

const entry = (reason: Reason): string => `### ${reason}

- Says: ${refusals[reason].says}
- Cause: ${explanations[reason].cause}
- Fix: ${explanations[reason].fix}
- Codes: ${codes(reason)}
`;

/** The whole page, in Markdown. */
export function refusalsPage(): string {
  const sections = areas
    .filter(([, registry]) => Object.keys(registry).length > 0)
    .map(([title, registry]) => [`## ${title}\n`, ...Object.keys(registry).filter(isReason).map(entry)].join('\n'));
  return [introduction, ...sections].join('\n');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../../docs/refusals.md', import.meta.url)), refusalsPage());
}
