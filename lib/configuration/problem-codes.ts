import type { Severity } from './problem.ts';

/** What a kind of problem is, and what ends it. Stable: allowances in comments and code scanning name it. */
interface CodeFacts {
  /** `error`: the folder does not load. `warning`: it loads, and a comment with a reason may allow it. */
  readonly severity: Severity;
  /** What is wrong and why it matters; in Markdown, for `docs/lints.md`. */
  readonly says: string;
  /** What to write instead; the `fix` of a problem that has none of its own. */
  readonly remedy: string;
}

const error = (says: string, remedy: string): CodeFacts => ({ severity: 'error', says, remedy });
const warning = (says: string, remedy: string): CodeFacts => ({ severity: 'warning', says, remedy });

/** Every code that a problem of a configuration folder can have. */
export const PROBLEM_CODES = {
  'unreadable-file': error(
    'A folder or file cannot be read, is not UTF-8, is too large, or is no `.yaml`.',
    'give the folder that holds connections, clients and scopes, with files in UTF-8 named .yaml',
  ),
  'bad-yaml': error(
    'The text is not YAML 1.2 as a configuration takes it: duplicate keys, tags, merge keys, numbers that would not be read back as they stand.',
    'write one YAML 1.2 document, with each key once and numbers such as account ids in quotes',
  ),
  'unknown-field': error('The document has no such field.', 'take the field out, or write the name that was meant'),
  'missing-field': error('A field that the document needs is missing or empty.', 'write the field'),
  'bad-value': error('A value is not of the form that its field takes.', 'write a value of the form that is named'),
  'misplaced-field': error(
    'The field is one of another preset, provider or way to authenticate: it would be ignored.',
    'take the field out, or name what it belongs to',
  ),
  'bad-address': error(
    'An address is not an absolute https URL, or has a user, a fragment or a query where none can be.',
    'write an absolute URL that begins with https://',
  ),
  'bad-condition': error(
    'A condition does not load: an unknown operator or key, a value of another type, or a test that a missing key would satisfy unsaid.',
    'write conditions as operator, key and value; docs/conditions.md has the operators and keys',
  ),
  'bad-template': error(
    'A template names an unknown key, or stands where none may: roles, endpoints, actions, names.',
    'write a condition key as ${key}, in a place that takes templates',
  ),
  'unknown-name': error(
    "A rule names a connection or client that no file has, or a client an audience that no scope's tokens have.",
    'write the name of a document, or the audience as the scope has it',
  ),
  'repeated-name': error('Two files have one name: the second would quietly replace the first.', 'rename one of them'),
  'ambiguous-proof': error(
    'Two connections would answer for one proof, or one issuer has two sources of keys: the laxest would decide for all.',
    'give each connection an audience, account or entity id of its own',
  ),
  'open-issuer': error(
    'Anybody can get a token of this issuer, and nothing in `require` says whose are taken.',
    "pin in require whose tokens are taken, by an owner's id",
  ),
  'unfit-source': error(
    "The grant needs the caller's own proof, and a rule admits a connection that has none it could forward.",
    'name a connection that fits the grant',
  ),
  'too-large': error('The document does not fit into an item of the configuration table.', 'split the document'),
  'metadata-refused': error(
    'A sign-in with this SAML metadata would be refused.',
    'take the current metadata of the identity provider',
  ),
  'bad-issuer': error('The issuer that was given is no issuer of a broker.', 'give an https origin without a path'),
  'local-secrets-deployed': error(
    '`secrets.yaml` of the local stack lies in a folder for a deployment.',
    'put secrets into Secrets Manager and take secrets.yaml out of the folder',
  ),
  'misplaced-file': warning(
    'A file or folder is not read, because it lies or is named where documents do not.',
    'move documents into connections, clients or scopes',
  ),
  'file-name': warning('The file is not named after its document.', 'name the file after the document'),
  'local-secrets': warning(
    '`secrets.yaml` of the local stack lies in the folder.',
    'put secrets into Secrets Manager before the folder is applied',
  ),
  'loopback-http': warning(
    'A plain http address loads only where the broker itself is on loopback.',
    'write an https address, or validate with --issuer',
  ),
  'metadata-ends': warning(
    'A certificate or the SAML metadata itself ends within 30 days, or part of it counts for nothing.',
    'take the current metadata of the identity provider',
  ),
  'sha1-accepted': warning('Signatures with SHA-1 can be forged.', 'have the identity provider sign with SHA-256'),
  'cbc-accepted': warning(
    'Content encrypted with AES-CBC can be changed unnoticed.',
    'have the identity provider encrypt with AES-GCM',
  ),
  'short-session': warning(
    'SDKs refresh 15 minutes before the end: a shorter session is asked for again on nearly every call.',
    'give the session at least 20m',
  ),
  'session-tags-size': warning(
    'STS packs policy, ARNs and tags of a session into one and takes so much of it; AWS publishes no figure, and about 460 characters of tags, keys and the broker’s own included, were seen to fill it. These have most of that before any claim is filled in: STS may refuse the session (`policy_too_large`).',
    'shorten keys and fixed values of tags, or leave tags out',
  ),
  'policy-version': warning('A policy without `Version` has the meaning of 2008.', 'write Version: "2012-10-17"'),
  'unused-field': warning('The field says nothing here.', 'take the field out'),
  'localhost-redirect': warning(
    'RFC 8252 section 8.3 prefers the loopback address to its name.',
    'write http://127.0.0.1/…',
  ),
  'redirect-spelling': warning(
    'A redirect URI is compared character by character (RFC 6749 section 3.1.2.3), and programs that parse it send it in another spelling.',
    'write it as the program sends it; where it sends it as the file has it, allow it in a comment',
  ),
  'useless-if-exists': warning('`IfExists` changes nothing behind `ForAnyValue:`.', 'leave IfExists out'),
  'literal-wildcard': warning(
    '`*` and `?` are ordinary characters for `StringEquals`: no real value has them.',
    'write StringLike for wildcards',
  ),
  'actor-untested': warning(
    'A rule without `actor` matches only where nobody acts, so a test of `actor.*` never holds.',
    'add actor to the rule',
  ),
  'unknown-claim': warning(
    'No token of the provider has this claim: the condition never holds, or the template always refuses. Said only of providers whose claims are all known; claims of an alias are never unknown.',
    'write a claim that the provider issues; docs/presets.md lists them',
  ),
  'impossible-value': warning(
    "The claim never has this value, by the provider's own documents: the condition never holds.",
    'write a value of the form that the provider issues',
  ),
  'short-ref': warning(
    '`ref` is a full Git reference at this provider: `main` matches no token.',
    'write refs/heads/… or refs/tags/…',
  ),
  'raw-sub': warning(
    '`sub` is put together from names and settings that the owner of a repository can change, and its form differs between repositories.',
    'test the claims that sub is made of, by their ids',
  ),
  'mutable-name': warning(
    'The claim is a name that can change or be taken by somebody else, the provider has an immutable id beside it, and neither the rule nor `require` pins one.',
    'pin the id beside the name with StringEquals',
  ),
  'rule-without-when': warning(
    'The rule admits everybody who has a proof of that connection.',
    'say in when whose proofs are meant',
  ),
  'after-nothing': error(
    'The scope wants another issuance before it that can never be: of itself, of a scope that no file has or that wants this one before in turn.',
    'name another scope, which the same subject can have first',
  ),
  'after-others': warning(
    'The scope wants an issuance of another scope to the same subject before, and nobody whom it allows is allowed that one.',
    'let a rule of the other scope name the same connection or client',
  ),
  'actor-left-out': warning(
    'A budget of each who acts (`limits.perActor`, `limits.live.perActor`), and a rule for requests in which nobody acts, which it does not count: an agent that is admitted as itself too, or that brings its user’s proof and leaves itself out, has no budget.',
    'set perPrincipal beside perActor, or say in the rule which actor it is for',
  ),
  'approval-by-nobody': warning(
    'The scope demands an approval that nobody can give: a page is for people who sign in at a SAML or OIDC connection, the API for whoever has a token of broker:approvals.',
    'name a connection where people sign in, or add scopes/broker-approvals.yaml',
  ),
  'regular-expression': warning(
    'The value reads as a regular expression, and conditions have none: `*` and `?` are wildcards of `StringLike`, everything else is itself. In an `allow` it matches nobody, in a `deny` nobody is refused.',
    'write * for any text and ? for any character, and a list for alternatives',
  ),
  'leading-star': warning(
    'A pattern that begins with `*` leaves open whose value it is: whoever may choose the beginning matches.',
    'begin the pattern with what is fixed, or write Null: "false" where any value is meant',
  ),
  'open-pattern': warning(
    "A wildcard stands in the owner's name: `acme*` is also `acme-evil`.",
    "end the owner's name with its separator: acme/*",
  ),
  'audience-not-issuer': warning(
    "Tokens for another audience are meant for somebody else, who could use them here; callers ask for the broker's issuer.",
    "write the broker's issuer as the audience",
  ),
  'unreachable-rule': warning(
    'A rule before it matches whatever this one would, or a `deny` refuses it all.',
    'take the rule out, or narrow the one before it',
  ),
  'contradictory-conditions': warning(
    'Conditions of the rule, with those of `require`, exclude each other: it never matches.',
    'take one of the two conditions out',
  ),
  'ended-rule': warning('The time that the rule is for is over: it never matches again.', 'take the rule out'),
  'role-path': warning(
    "The role lies outside the path that the deployment's parameter `AssumableRoles` lets the broker assume (`arn:*:iam::*:role/token-broker/*` unless set; `--assumable-roles` says another).",
    'give the role the path /token-broker/',
  ),
  'unscoped-broker-token': warning(
    'Any broker token, of whatever scope, matches a rule of `connection: broker` that does not pin `claims.scopes` (or `claims.scope`, all of them in one text).',
    'pin claims.scopes with ForAnyValue:StringEquals, or claims.scope with StringEquals',
  ),
  'wide-action': warning(
    'The session policy allows every action of AWS or of IAM.',
    'name the actions that the session needs',
  ),
  'pass-role': warning(
    '`iam:PassRole` on any resource hands every role of the account on to whatever service the session may call.',
    'name the roles as Resource, and iam:PassedToService as a condition',
  ),
  'wide-managed-policy': warning(
    'The managed policy allows nearly everything.',
    'name a policy with the actions that the session needs',
  ),
  'shared-role': warning(
    'Two scopes hand out one role: whoever has the wider one has the permissions of both.',
    'give each scope a role of its own',
  ),
  'shadowing-alias': warning(
    'An alias has the name of a claim that the provider issues: conditions on that name read something else.',
    'choose another name for the alias',
  ),
  'bad-allowance': warning(
    'A comment that should allow a problem names no code, gives no reason, or names an error, which cannot be allowed.',
    'write # token-broker: allow <code>: why',
  ),
  'unused-allowance': warning('A comment allows a problem that is not there.', 'take the comment out'),
} as const satisfies Readonly<Record<string, CodeFacts>>;

export type ProblemCode = keyof typeof PROBLEM_CODES;

export const problemCodes = Object.keys(PROBLEM_CODES) as readonly ProblemCode[];

export const severityOf = (code: ProblemCode): Severity => PROBLEM_CODES[code].severity;
