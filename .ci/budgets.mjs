/** `node .ci/budgets.mjs dist/sizes.json`: fails where what a function's cold start reads is over its budget, or has none. */
import { readFileSync } from 'node:fs';
import { argv, exit } from 'node:process';

const KB = 1000;
/** Minified bytes of `index.mjs` and what it imports statically, not compressed: they decide how fast a function starts. */
const budgets = {
  credentials: 350 * KB,
  sts: 350 * KB,
  token: 400 * KB,
  introspect: 350 * KB,
  revoke: 350 * KB,
  metadata: 350 * KB,
  issuances: 350 * KB,
  'sign-in': 1000 * KB,
  health: 150 * KB,
  rotate: 350 * KB,
};

const sizes = JSON.parse(readFileSync(argv[2], 'utf8'));
const over = Object.entries(sizes).filter(([name, { initial, total }]) => {
  const budget = budgets[name] ?? 0;
  console.log(
    `${name.padEnd(12)} ${Math.ceil(initial / KB)} of ${budget / KB} KB; ${Math.ceil(total / KB)} KB with what is loaded later`,
  );
  return initial > budget;
});
if (!('credentials' in sizes)) over.push(['credentials', {}]);
if (over.length > 0) {
  console.error(`over budget or without one: ${over.map(([name]) => name).join(', ')}`);
  exit(1);
}
