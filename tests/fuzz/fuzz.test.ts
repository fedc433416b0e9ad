import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { randomOf } from '../modules/random.ts';
import { ROOT } from '../modules/root.ts';
import { instrumented, newHits } from './instrument.ts';
import { fuzz, tried } from './loop.ts';
import { mutated } from './mutate.ts';
import { Finding, type FuzzTarget } from './target.ts';
import { target as awsIam } from './targets/aws-iam.ts';
import { target as form } from './targets/form.ts';
import { target as httpAnswer } from './targets/http-answer.ts';
import { target as jwt } from './targets/jwt.ts';
import { target as saml } from './targets/saml.ts';
import { target as strictJson } from './targets/strict-json.ts';

const TARGETS: readonly FuzzTarget[] = [jwt, saml, awsIam, strictJson, form, httpAnswer];
const INPUTS = 150;

describe.each(TARGETS)('the reader of $name', (target) => {
  it('holds for what is genuine, and for a few inputs that are not', async () => {
    const seeds = await target.seeds();
    const random = randomOf(1);
    const others = Array.from({ length: INPUTS }, (_, index) =>
      mutated(seeds[index % seeds.length] ?? '', { random, words: [], corpus: seeds }),
    );
    const found: unknown[] = [];
    for (const input of [...seeds, ...others]) {
      const what = await tried(target, input);
      if (what !== null) found.push([what, input]);
    }
    expect(found).toEqual([]);
  });

  it('takes what is genuine: else nothing behind the first refusal would be tried', async () => {
    const verdicts = await Promise.all((await target.seeds()).map((seed) => target.check(seed)));
    expect(verdicts.filter((verdict) => verdict === 'taken').length).toBeGreaterThanOrEqual(verdicts.length / 2);
  });
});

const cases = globSync('tests/fuzz/cases/*.json', { cwd: ROOT });

it('holds for every input that was found once', async () => {
  const found: unknown[] = [];
  for (const path of cases) {
    const { target: name, input } = JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
    const target = TARGETS.find((each) => each.name === name);
    if (target === undefined) throw new Error(`${path} is for no target`);
    const what = await tried(target, input);
    if (what !== null) found.push([path, what]);
  }
  expect(found).toEqual([]);
});

describe('the fuzzer', () => {
  const code = `(text) => {
    if (text[0] === 'f') if (text[1] === 'u') { if (text[2] === 'z' && text[3] === 'z') throw new Error('found'); }
    return text.length > 1 ? 1 : 0;
  }`;

  it('counts every branch, and changes nothing else', () => {
    const hits = newHits();
    const read = new Function(`return ${instrumented({ path: 'x', text: '', code }, hits)}`)();
    expect([read('ab'), read('a')]).toEqual([1, 0]);
    expect(() => read('fuzz')).toThrow('found');
    expect(hits.size).toBe(7);
    expect([...hits.counts.subarray(0, hits.size)].every((count) => count > 0)).toBe(true);
  });

  it('goes on from what took a new branch, and so finds what no blind change would', async () => {
    const hits = newHits();
    const read = new Function(`return ${instrumented({ path: 'x', text: '', code }, hits)}`)();
    const target: FuzzTarget = {
      name: 'toy',
      seeds: async () => ['aaaa'],
      check: async (input) => {
        try {
          read(input);
        } catch {
          throw new Finding('found');
        }
        return 'taken';
      },
    };
    const { found } = await fuzz(target, { budgetMs: 5_000, random: randomOf(7), hits });
    expect(found[0]).toMatchObject({ target: 'toy', what: 'Finding: found' });
    expect(found[0]?.input.startsWith('fuzz')).toBe(true);
  });
});
