/**
 * `npm run bench`: every benchmark, one after the other, beside its budget. `npm run bench -- memory saml` runs those.
 * Exits 1 where a budget is missed. Only ratios say something on a machine that is shared; run it on one that is not
 * busy.
 */
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { argv, exit, version } from 'node:process';
import { benchBundle } from './bundle.ts';
import { benchCold } from './cold.ts';
import { benchDownstream } from './downstream.ts';
import { atMost, type Figure, reported } from './figure.ts';
import { benchIssuance } from './issuance.ts';
import { benchMemory } from './memory.ts';
import { benchOauth } from './oauth.ts';
import { benchPlan } from './plan.ts';
import { benchReach } from './reach.ts';
import { benchSaml } from './saml.ts';
import { benchScopes } from './scopes.ts';
import { benchSign } from './sign.ts';
import { benchStart } from './start.ts';
import { benchTrips } from './trips.ts';
import { benchValidate } from './validate.ts';

async function saml(): Promise<readonly Figure[]> {
  const { bytes, ratio, brokerMs, nodeSamlMs, linear } = await benchSaml();
  return [
    atMost(`a SAML response of ${bytes} bytes, beside node-saml`, ratio, 1.5, 'times'),
    reported('  the broker', brokerMs, 'ms'),
    reported('  node-saml', nodeSamlMs, 'ms'),
    ...linear.map((cost) => reported(`  cost at ${cost.bytes} bytes`, cost.microsecondsPerKilobyte, 'µs/KB')),
  ];
}

const benches: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  bundle: benchBundle,
  cold: benchCold,
  reach: benchReach,
  issuance: benchIssuance,
  trips: benchTrips,
  scopes: benchScopes,
  memory: benchMemory,
  oauth: benchOauth,
  saml,
  downstream: benchDownstream,
  validate: benchValidate,
  plan: benchPlan,
  start: benchStart,
  sign: benchSign,
};

function show({ name, measured, budget, held }: Figure): void {
  const verdict = budget === null ? '' : `${budget.padEnd(20)} ${held ? 'held' : 'MISSED'}`;
  console.log(`${name.padEnd(62)} ${measured.padStart(14)}   ${verdict}`.trimEnd());
}

const asked = argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
  exit(2);
}
console.log(
  `Node.js ${version}, ${platform()} ${arch()}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? '?'}\n`,
);
const missed: string[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const figure of await bench()) {
    show(figure);
    if (!figure.held) missed.push(figure.name);
  }
}
if (missed.length > 0) {
  console.error(`\nBudgets missed: ${missed.join('; ')}`);
  exit(1);
}
