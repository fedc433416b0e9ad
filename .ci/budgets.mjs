/** `node .ci/budgets.mjs dist/sizes.json`: fails where a function's bundle is over a budget, or has none. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, exit } from 'node:process';

const KB = 1000;
/**
 * Minified bytes, not compressed: of `index.mjs` with what it imports statically, which decides how fast a function
 * starts, and of all of it. A tenth or two above what they are: whoever needs more says why, here.
 */
const budgets = {
  // A caller's policy is intersected with the grant's before anybody is asked (10 KB).
  // What asks a person is loaded where a scope demands it (15 KB).
  // Proofs of possession (DPoP) are read by a part that is loaded where one comes (9 KB).
  // What a broker token came of, through whom and sent to whom, how large a session is, and keys that proofs are bound
  // to (4 KB).
  // What was taken back while others minted, names of statements, reasons that nobody can see, spellings of secrets and
  // targets (3 KB).
  credentials: { initial: 222 * KB, total: 284 * KB },
  sts: { initial: 222 * KB, total: 340 * KB },
  token: { initial: 252 * KB, total: 400 * KB },
  approvals: { initial: 215 * KB, total: 225 * KB },
  introspect: { initial: 145 * KB, total: 150 * KB },
  revoke: { initial: 145 * KB, total: 150 * KB },
  metadata: { initial: 62 * KB, total: 62 * KB },
  witness: { initial: 28 * KB, total: 28 * KB },
  receipts: { initial: 150 * KB, total: 160 * KB },
  archive: { initial: 68 * KB, total: 74 * KB },
  events: { initial: 40 * KB, total: 40 * KB },
  issuances: { initial: 145 * KB, total: 155 * KB },
  revocations: { initial: 170 * KB, total: 180 * KB },
  // It runs the steps of every kind of proof and grant, and of SAML and downstream their pure parts.
  explain: { initial: 220 * KB, total: 235 * KB },
  // SAML, OIDC issuers and devices, at a person's pace; what redeems a code at an issuer is loaded when one comes.
  'sign-in': { initial: 200 * KB, total: 950 * KB },
  // The page's files lie beside it, and have budgets of their own.
  // Every reason brings its sentence to every function.
  console: { initial: 44 * KB, total: 44 * KB },
  // The same.
  health: { initial: 38 * KB, total: 38 * KB },
  probe: { initial: 100 * KB, total: 110 * KB },
  rotate: { initial: 48 * KB, total: 48 * KB },
};

const sizes = JSON.parse(readFileSync(argv[2], 'utf8'));
const parts = /** @type {const} */ (['initial', 'total']);
const over = Object.entries(sizes).flatMap(([name, size]) =>
  parts
    .filter((part) => {
      const budget = budgets[name]?.[part] ?? 0;
      console.log(`${name.padEnd(12)} ${part.padEnd(7)} ${Math.ceil(size[part] / KB)} of ${budget / KB} KB`);
      return size[part] > budget;
    })
    .map((part) => `${name} (${part})`),
);

/** Of the operators' page: its script, minified, and all of its files as they travel. */
const pageBudgets = { script: 80 * KB, compressed: 32 * KB };
const page = join(dirname(argv[2]), 'functions', 'console', 'page');
const bytesOf = (end) =>
  readdirSync(page)
    .filter((name) => name.endsWith(end))
    .reduce((sum, name) => sum + statSync(join(page, name)).size, 0);
for (const [part, bytes] of Object.entries({ script: bytesOf('.js'), compressed: bytesOf('.gz') })) {
  console.log(`page         ${part} ${Math.ceil(bytes / KB)} of ${pageBudgets[part] / KB} KB`);
  if (bytes > pageBudgets[part]) over.push(`page (${part})`);
}
if (!('credentials' in sizes)) over.push('credentials');
if (over.length > 0) {
  console.error(`over budget or without one: ${over.join(', ')}`);
  exit(1);
}
