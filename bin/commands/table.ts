import type { CommandTable } from '../command.ts';

/** What operators do with a configuration folder. */
const policy: CommandTable = {
  validate: {
    summary: 'say everything that is wrong in a configuration folder',
    load: () => import('./policy/validate.ts'),
  },
  plan: { summary: 'say who would gain and who would lose what', load: () => import('./policy/plan.ts') },
  apply: {
    summary: 'put a configuration folder in force, all of it or nothing',
    load: () => import('./policy/apply.ts'),
  },
  versions: { summary: 'list what was put in force, by whom and why', load: () => import('./policy/versions.ts') },
  show: { summary: 'show a version, or write its folder again', load: () => import('./policy/show.ts') },
  rollback: { summary: 'put an earlier version in force again', load: () => import('./policy/rollback.ts') },
  explain: { summary: 'say why somebody gets a scope or not', load: () => import('./policy/explain.ts') },
  test: { summary: 'run the tests of a configuration folder', load: () => import('./policy/test.ts') },
  'what-if': { summary: 'take recorded decisions again under a folder', load: () => import('./policy/what-if.ts') },
  secrets: {
    summary: 'list which other authorization servers hold a static secret of the broker',
    load: () => import('./policy/secrets.ts'),
  },
  init: {
    summary: 'write a new configuration folder, with tests that pass',
    load: () => import('./policy/init.ts'),
  },
  import: {
    summary: 'write a configuration folder of trusts of IAM, octo-sts and Vault',
    load: () => import('./policy/import.ts'),
  },
  schema: { summary: 'write the JSON Schemas of the configuration files', load: () => import('./policy/schema.ts') },
};

/** Operators read the ledger, with their own AWS credentials. */
const approvals: CommandTable = {
  list: { summary: 'list what waits for an approval', load: () => import('./approvals/list.ts') },
};

const issuances: CommandTable = {
  list: { summary: 'list issuances, newest first', load: () => import('./issuances/list.ts') },
  show: { summary: 'show one issuance', load: () => import('./issuances/show.ts') },
  receipt: {
    summary: 'print the proof that an issuance is in the log',
    load: () => import('./issuances/receipt.ts'),
  },
  export: { summary: 'write issuances as JSON Lines or CSV', load: () => import('./issuances/export.ts') },
  trace: { summary: 'show what a session did, by CloudTrail', load: () => import('./issuances/trace.ts') },
  usage: {
    summary: 'set what a scope grants beside what was used of it, and propose a smaller policy',
    load: () => import('./issuances/usage.ts'),
  },
  stats: {
    summary: 'count issuances, over time or by what they have in common',
    load: () => import('./issuances/stats.ts'),
  },
  erase: {
    summary: 'erase one person from table and archive',
    load: () => import('./issuances/erase.ts'),
  },
  subject: {
    summary: 'write everything that is kept of one person, client or workload',
    load: () => import('./issuances/subject.ts'),
  },
};

/** Auditors verify the log, without the broker. */
const ledger: CommandTable = {
  verify: { summary: 'recompute the log and name what was tampered with', load: () => import('./ledger/verify.ts') },
};

/** What identity providers serve. */
const connections: CommandTable = {
  check: {
    summary: 'ask every identity provider for what the broker will ask it for',
    load: () => import('./connections/check.ts'),
  },
};

/** Every command of `token-broker`, one line each; a module is loaded only when its command is called. */
export const commands: CommandTable = {
  credentials: { summary: 'print AWS credentials, for credential_process', load: () => import('./credentials.ts') },
  token: { summary: 'print an access token', load: () => import('./token.ts') },
  login: { summary: 'sign in at a browser, for credentials or a token', load: () => import('./login.ts') },
  logout: { summary: 'end what login keeps', load: () => import('./logout.ts') },
  whoami: { summary: 'show who you are to the broker', load: () => import('./whoami.ts') },
  console: { summary: 'make a link to the AWS console', load: () => import('./console.ts') },
  exec: { summary: 'run a program with the credentials of a scope', load: () => import('./exec.ts') },
  sign: { summary: 'run a program that holds no key: its requests are signed here', load: () => import('./sign.ts') },
  mcp: {
    summary: 'give an agent access to AWS without a key, by the Model Context Protocol',
    load: () => import('./mcp.ts'),
  },
  serve: { summary: 'serve credentials to programs on this machine, as a sidecar', load: () => import('./serve.ts') },
  'web-identity': { summary: 'keep a fresh proof in a file, for AWS SDKs', load: () => import('./web-identity.ts') },
  doctor: { summary: 'look at what is wrong between here and a scope', load: () => import('./doctor.ts') },
  approve: { summary: 'say yes to a request', load: () => import('./approvals/approve.ts') },
  deny: { summary: 'say no to a request', load: () => import('./approvals/deny.ts') },
  approvals: { summary: 'list what waits for an approval', commands: approvals },
  revoke: { summary: 'take back what was issued, and stop more of it', load: () => import('./revoke.ts') },
  completion: {
    summary: 'print what completes command lines in bash, zsh or fish',
    // It is of all of them.
    load: async () => ({ command: (await import('./completion.ts')).completionOf(commands) }),
  },
  // Docker calls it by the name of its own program.
  'docker-credential': { summary: '', load: () => import('./docker-credential.ts') },
  issuances: { summary: 'list, show, count and export what the ledger has', commands: issuances },
  ledger: { summary: 'verify the log of all records', commands: ledger },
  connections: { summary: 'look at what identity providers serve', commands: connections },
  policy: { summary: 'validate and apply a configuration folder', commands: policy },
};
