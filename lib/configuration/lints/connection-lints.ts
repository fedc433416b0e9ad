import { parseJsonPointer } from '../../json-pointer.ts';
import { isBrokerIssuer } from '../../loopback.ts';
import type { Connection, OidcConnection } from '../documents/connections.ts';
import { lintClaim } from './claim-lints.ts';
import type { Find, LintContext } from './context.ts';
import { lintTemplate } from './grant-lints.ts';
import { canHave, type KnownClaims, meantClaim, tableOf } from './known-claims.ts';
import { lintExpression, lintLeadingStar } from './rule-lints.ts';
import { testsOf } from './tests.ts';

export function lintConnection(connection: Connection, context: LintContext, find: Find): void {
  const known = context.claimsOfConnection(connection.connection);
  if (known === null) return;
  const tests = connection.require.flatMap((document, index) => testsOf(document, ['require', index]));
  for (const test of tests) {
    lintClaim(test, test.key.replace(/^claims\./, ''), [{ known, beside: tests }], 'grants', find);
    lintLeadingStar(test, find);
    lintExpression(test, find);
  }
  lintTemplate(connection.principal, ['principal'], [known], find);
  connection.record.forEach((name, index) => {
    if (canHave(known, name)) return;
    find(
      ['record', index],
      'unknown-claim',
      `no proof of ${known.of} has the claim ${name}`,
      meantClaim([known], name),
    );
  });
  if (connection.type !== 'oidc') return;
  lintAliases(connection, find);
  lintAudience(connection, context, find);
}

function lintAliases(connection: OidcConnection, find: Find): void {
  const known = tableOf(connection);
  if (known === null) return;
  const { table, names } = known;
  const top: KnownClaims = {
    of: table.provider,
    names,
    claims: new Map(Object.entries(table.claims)),
    prefixes: table.prefixes,
  };
  for (const [alias, pointer] of Object.entries(connection.claims)) {
    const [member] = parseJsonPointer(pointer) ?? [];
    if (member === undefined) continue;
    if (!canHave(top, member)) {
      const fix = meantClaim([top], member);
      find(['claims', alias], 'unknown-claim', `no proof of ${table.provider} has the claim ${member}`, fix);
    } else if (Object.hasOwn(table.claims, alias) && member !== alias) {
      find(['claims', alias], 'shadowing-alias', `${table.provider} issues a claim of this name, which is hidden now`);
    }
  }
}

/** Where AWS itself checks the token, it is addressed to AWS. */
const AWS_AUDIENCE = 'sts.amazonaws.com';

function lintAudience(connection: OidcConnection, { deployment, documents }: LintContext, find: Find): void {
  const { issuer } = deployment;
  if (issuer === null || !isBrokerIssuer(issuer) || tableOf(connection)?.table.audience === 'provider') return;
  const grants = documents.scopes
    .filter(({ allow }) => allow.some((rule) => rule.connections?.includes(connection.connection)))
    .map(({ grant }) => grant.type);
  const forwarded = grants.includes('aws-federated');
  // The audience is then the one that the role's own provider takes.
  if (forwarded && grants.every((type) => type === 'aws-federated')) return;
  connection.audience.forEach((audience, index) => {
    if (audience === issuer || (forwarded && audience === AWS_AUDIENCE)) return;
    const message = `${audience} is not the issuer of the broker: nobody asks for such a token to use it here`;
    find(['audience', index], 'audience-not-issuer', message, `write ${issuer}`);
  });
}
