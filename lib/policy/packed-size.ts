/**
 * How much tags take of what STS packs. It takes policy, ARNs and tags of a session together up to a size of which AWS
 * says per cent alone: neither format nor limit is published (ADR 68). For warnings; nothing is refused by it.
 */

/** So many characters of keys and values fill it alone, by what people measured. */
const TAG_CHARACTERS = 460;

type Tags = readonly { readonly key: string; readonly value: string }[];

export const tagCharacters = (tags: Tags): number =>
  tags.reduce((sum, { key, value }) => sum + (key + value).length, 0);

/** The estimated per cent that tags of so many characters take, alone. */
export const tagsShare = (characters: number): number => Math.ceil((100 * characters) / TAG_CHARACTERS);
