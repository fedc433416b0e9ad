import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bundleFunction } from '../../local/bundle.ts';
import { ROOT } from '../e2e/broker.ts';

const functions = readdirSync(join(ROOT, 'functions')).filter((name) => name.endsWith('.ts'));

/** Packages that a person's computer or a test needs, and no function. */
const NOT_IN_A_FUNCTION =
  /node_modules\/(?:@aws-sdk\/(?:client-|credential-provider-|core\/)|@smithy\/|dynalite|yaml|zod|commander)/;

describe.each(functions)('the bundle of %s', (file) => {
  it('has no client of the AWS SDK, no chain of credentials and no reader of configuration files in it', async () => {
    const { metafile } = await bundleFunction(ROOT, join(ROOT, 'functions', file), { version: '0', build: '0' });
    expect(Object.keys(metafile.inputs).length).toBeGreaterThan(1);
    const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
    );
    expect(used.filter((input) => NOT_IN_A_FUNCTION.test(input))).toEqual([]);
  });
});
