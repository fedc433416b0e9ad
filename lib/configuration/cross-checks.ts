/** What no document shows by itself: names that lead nowhere, and connections that would answer for the same proof. */

import { didYouMean } from '../nearest.ts';
import type { Client } from './documents/clients.ts';
import type { ConfigurationDocuments } from './documents/configuration.ts';
import type { Connection, OidcConnection, SamlConnection } from './documents/connections.ts';
import type { Rule } from './documents/rules.ts';
import type { Scope } from './documents/scopes.ts';
import { demandOf } from './grants/kinds.ts';
import { idpEntityId } from './normalize/saml-connection.ts';
import type { FieldPath } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';

/** Reports a problem in the document of a kind and name. */
export type ReportIn = (
  kind: 'connection' | 'client' | 'scope',
  name: string,
  path: FieldPath,
  message: string,
  code: ProblemCode,
  fix?: string | null,
) => void;

/** Names that some file claims, also where the rest of it did not load: they are not dangling. */
export interface KnownNames {
  readonly connections: ReadonlySet<string>;
  readonly clients: ReadonlySet<string>;
}

/** Every rule's names lead somewhere; `broker` is this broker's own tokens. */
export function checkReferences(scopes: readonly Scope[], known: KnownNames, report: ReportIn): void {
  for (const scope of scopes) {
    checkIdentityProvider(scope, known, report);
    const { from = [], breakGlass = [] } = scope.requires.approval ?? {};
    for (const [list, rules] of [
      [['allow'], scope.allow],
      [['deny'], scope.deny],
      [['requires', 'approval', 'from'], from],
      [['requires', 'approval', 'breakGlass'], breakGlass],
    ] as const) {
      rules.forEach((rule, index) => {
        const parties = [
          [[...list, index], rule],
          [[...list, index, 'actor'], rule.actor],
        ] as const;
        for (const [path, party] of parties) {
          const say = (kind: 'connection' | 'client', name: string, at: number, names: ReadonlySet<string>) => {
            const [place, message] = [[...path, kind, at], `there is no ${kind} ${name}`];
            report('scope', scope.scope, place, message, 'unknown-name', didYouMean(name, names));
          };
          party?.connections?.forEach((name, at) => {
            if (name !== 'broker' && !known.connections.has(name)) say('connection', name, at, known.connections);
          });
          party?.clients?.forEach((name, at) => {
            if (!known.clients.has(name)) say('client', name, at, known.clients);
          });
        }
      });
    }
  }
}

/** Whose proofs go on: a rule that names another connection than an unknown one is not what is wrong. */
function checkIdentityProvider({ scope, grant }: Scope, { connections }: KnownNames, report: ReportIn): void {
  const name = namedByGrant(grant);
  if (name === null || connections.has(name)) return;
  const path = ['grant', 'identityProvider', 'connection'];
  report('scope', scope, path, `there is no connection ${name}`, 'unknown-name', didYouMean(name, connections));
}

/** The connection that a grant names; null: none, or it is missing, which is told already. */
const namedByGrant = (grant: Scope['grant']): string | null =>
  grant.type === 'oauth-token' && grant.provider === 'id-jag' ? grant.identityProvider.connection || null : null;

/** What has to be issued before can be issued: it is another scope, and does not wait for this one in turn. */
export function checkPriorIssuances(scopes: readonly Scope[], known: ReadonlySet<string>, report: ReportIn): void {
  const priorOf = new Map(scopes.map(({ scope, requires }) => [scope, requires.after?.scope]));
  for (const { scope, requires } of scopes) {
    const prior = requires.after?.scope;
    if (prior === undefined) continue;
    const say = (message: string, fix: string | null = null) =>
      report('scope', scope, ['requires', 'after', 'scope'], message, 'after-nothing', fix);
    if (!known.has(prior)) say(`there is no scope ${prior}`, didYouMean(prior, known));
    else if (prior === scope) say('is the scope itself');
    else if (waitsFor(scope, prior, priorOf)) say(`${prior} waits for ${scope} itself`);
  }
}

/** Whether `prior`, or what that waits for in turn, is `scope`. */
function waitsFor(scope: string, prior: string, priorOf: ReadonlyMap<string, string | undefined>): boolean {
  const seen = new Set<string>();
  for (let each: string | undefined = prior; each !== undefined && !seen.has(each); each = priorOf.get(each)) {
    if (each === scope) return true;
    seen.add(each);
  }
  return false;
}

/**
 * What a grant demands of the connections that its rules admit. Connections that did not load are passed over, and a
 * grant that names one that is not there: they have a problem of their own.
 */
export function checkGrantSources(
  documents: ConfigurationDocuments,
  { connections: known }: KnownNames,
  report: ReportIn,
): void {
  const connections = new Map(documents.connections.map((connection) => [connection.connection, connection]));
  for (const scope of documents.scopes) {
    const named = namedByGrant(scope.grant);
    if (named !== null && !known.has(named)) continue;
    scope.allow.forEach((rule, index) => {
      for (const { path, message } of sourceProblems(scope, rule, ['allow', index], connections))
        report('scope', scope.scope, path, message, 'unfit-source');
    });
  }
}

function sourceProblems(
  { grant }: Scope,
  rule: Rule,
  path: FieldPath,
  connections: ReadonlyMap<string, Connection>,
): { readonly path: FieldPath; readonly message: string }[] {
  const demand = demandOf(grant.type, grant);
  if (demand === null) return [];
  // Of a rule that names nobody, the compiler says so itself.
  if (rule.connections === null) return rule.clients === null ? [] : [{ path, message: demand.unnamed }];
  return rule.connections.flatMap((name, index) => {
    const problem = demand.problem(name, connections.get(name));
    if (problem === null) return [];
    const { field, message } = problem;
    return [{ path: field === undefined ? [...path, 'connection', index] : ['grant', ...field], message }];
  });
}

/**
 * A proof selects its connection by issuer and audience: no two connections may answer for one, else the laxest would
 * decide for all. And one issuer has one source of keys over all connections.
 */
export function checkDisjoint(connections: readonly Connection[], ownIssuer: string | null, report: ReportIn): void {
  const owners = new Map<string, string>();
  const claim = (connection: Connection, path: FieldPath, key: readonly string[], what: string): void => {
    const owner = owners.get(JSON.stringify(key));
    if (owner === undefined) owners.set(JSON.stringify(key), connection.connection);
    else if (owner !== connection.connection) {
      report(
        'connection',
        connection.connection,
        path,
        `${what} is taken by the connection ${owner}: no two may answer for one proof`,
        'ambiguous-proof',
      );
    }
  };
  checkKeySources(
    connections.filter((connection) => connection.type === 'oidc'),
    ownIssuer,
    report,
  );
  for (const connection of connections) {
    if (connection.type === 'oidc') claimAudiences(connection, claim);
    else if (connection.type === 'aws-iam') {
      connection.accounts.forEach((account, index) => {
        claim(
          connection,
          ['accounts', index],
          ['aws-iam', account, connection.serverId],
          `the account ${account} with this serverId`,
        );
      });
    }
  }
  checkEntityIds(
    connections.filter((connection) => connection.type === 'saml'),
    report,
  );
}

/** One document is one client. */
export function checkMetadataHosts(clients: readonly Client[], report: ReportIn): void {
  const owners = new Map<string, string>();
  for (const { client, metadataDocuments } of clients) {
    metadataDocuments?.hosts.forEach((host, index) => {
      const owner = owners.get(host);
      owners.set(host, owner ?? client);
      if (owner === undefined) return;
      const message = `${host} is taken by the client ${owner}: one document is one client`;
      report('client', client, ['metadataDocuments', 'hosts', index], message, 'ambiguous-proof');
    });
  }
}

/**
 * A metadata document that is fetched later may turn out to be anybody's: its connection shares its entity id with no
 * other. One that is here and cannot be read has a problem of its own.
 */
function checkEntityIds(connections: readonly SamlConnection[], report: ReportIn): void {
  const known = connections.map((connection) => ({ connection, idp: idpEntityId(connection) }));
  const comparable = known.filter(({ connection, idp }) => connection.metadata === null || idp !== null);
  comparable.forEach(({ connection, idp }, index) => {
    const other = comparable
      .slice(0, index)
      .find(
        (earlier) =>
          earlier.connection.entityId === connection.entityId &&
          (idp === null || earlier.idp === null || idp === earlier.idp),
      )?.connection.connection;
    if (other === undefined) return;
    const message = `with this identity provider is taken by the connection ${other}: no two may answer for one proof`;
    report('connection', connection.connection, ['entityId'], message, 'ambiguous-proof');
  });
}

type Claim = (connection: Connection, path: FieldPath, key: readonly string[], what: string) => void;

function claimAudiences(connection: OidcConnection, claim: Claim): void {
  for (const { issuer } of connection.issuers) {
    if (connection.audience.length === 0)
      claim(connection, ['issuer'], ['oidc', issuer], `${issuer} without an audience`);
    connection.audience.forEach((audience, index) => {
      claim(connection, ['audience', index], ['oidc', issuer, audience], `the audience ${audience} of ${issuer}`);
    });
  }
}

function checkKeySources(connections: readonly OidcConnection[], ownIssuer: string | null, report: ReportIn): void {
  const sources = new Map<string, { readonly jwksUri: string | null; readonly connection: string }>();
  for (const connection of connections) {
    for (const { issuer, jwksUri } of connection.issuers) {
      if (issuer === ownIssuer)
        report(
          'connection',
          connection.connection,
          ['issuer'],
          'is this broker itself: its tokens are the reserved connection broker',
          'ambiguous-proof',
        );
      const other = sources.get(issuer);
      if (other === undefined) sources.set(issuer, { jwksUri, connection: connection.connection });
      else if (other.jwksUri !== jwksUri) {
        report(
          'connection',
          connection.connection,
          ['jwksUri'],
          `differs from that of the connection ${other.connection}: one issuer has one source of keys`,
          'ambiguous-proof',
        );
      }
    }
  }
}
