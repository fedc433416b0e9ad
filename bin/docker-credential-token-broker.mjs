#!/usr/bin/env node
/** Docker's name for a credential helper of ours: the same program, asked for one command. */
process.argv.splice(2, 0, 'docker-credential');
await import('./token-broker.mjs');
