import { expect, it } from '@jest/globals';
import { tagCharacters, tagsShare } from '../../lib/policy/packed-size.ts';

it.each<[readonly { key: string; value: string }[], number]>([
  [[], 0],
  [[{ key: 'team', value: '' }], 4],
  [
    [
      { key: 'team', value: 'data' },
      { key: 'a', value: 'b' },
    ],
    10,
  ],
])('tags are as long as their keys and values: %j', (tags, characters) => {
  expect(tagCharacters(tags)).toBe(characters);
});

it.each([
  [0, 0],
  [1, 1],
  [230, 50],
  [460, 100],
  [461, 101],
])('%i characters take %i per cent of what STS packs, part of one rounded up', (characters, share) => {
  expect(tagsShare(characters)).toBe(share);
});
