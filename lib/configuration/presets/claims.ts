/** What a provider says of the claims that it issues, from its own documents: what conditions on them can come to. */

/** Which values a claim has. */
export interface Form {
  /** For people: `refs/heads/… or refs/tags/…`. */
  readonly says: string;
  /** True for a value that a token can have. */
  readonly accepts: (value: string) => boolean;
  /** True where some value that a token can have begins so: what stands before the first wildcard of a pattern. */
  readonly canBegin: (fixed: string) => boolean;
  /** What was probably meant by a value that no token has; null: nobody knows. */
  readonly mend: (value: string) => string | null;
}

export interface Claim {
  readonly form: Form;
  /**
   * Ids of the provider that do not change and are never given to somebody else: a name that is pinned beside one of
   * them stays with whom it named. Empty: the claim is such an id itself, or no name of anybody.
   */
  readonly ids: readonly string[];
  /** Whether the claim is put together of names and settings that change: `raw-sub` says what to test instead. */
  readonly composed: string | null;
  /** Version or day of the provider's since which tokens have it; null: from the beginning, or unknown. */
  readonly since: string | null;
}

export interface ClaimTable {
  /** True for the address of an issuer of this provider, whether or not the connection names the preset. */
  isIssuer(url: URL): boolean;
  /** Whether tokens of such an issuer have these claims and no others. */
  readonly names: 'closed' | 'open';
  /** The same of other issuers with the preset: an installation of one's own, of whatever version. */
  readonly elsewhere: 'closed' | 'open';
  readonly claims: Readonly<Record<string, Claim>>;
  /** Claims that an administrator may name, by their beginning. */
  readonly prefixes: readonly string[];
  /** Who chooses a token's audience: whoever asks for it can name the broker's issuer; a provider names its own. */
  readonly audience: 'caller' | 'provider';
  /** The preset's parameters for an issuer of it; absent: it has none. null: not to be had from its address. */
  parametersOf?(url: URL): Readonly<Record<string, string>> | null;
  readonly provider: string;
  /** The provider's page that says so. */
  readonly source: string;
}

const form = (says: string, parts: Partial<Omit<Form, 'says'>>): Form => ({
  says,
  accepts: () => true,
  canBegin: () => true,
  mend: () => null,
  ...parts,
});

const matching = (says: string, pattern: RegExp, beginning: RegExp): Form =>
  form(says, { accepts: (value) => pattern.test(value), canBegin: (fixed) => beginning.test(fixed) });

export const ANY_TEXT = form('any text', {});
export const DIGITS = matching('digits', /^[0-9]+$/, /^[0-9]*$/);
export const COMMIT = matching(
  'a commit: 40 or 64 lower-case hexadecimal digits',
  /^([0-9a-f]{40}|[0-9a-f]{64})$/,
  /^[0-9a-f]*$/,
);
export const NAME = matching('a name without a slash', /^[^/]+$/, /^[^/]*$/);
export const PATH = matching('owner/name', /^[^/]+\/.+$/, /^([^/]+(\/.*)?)?$/);
export const GUID = matching('a GUID', /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, /^[0-9a-fA-F-]*$/);
export const ADDRESS = matching('an e-mail address', /^[^@\s]+@[^@\s]+$/, /^[^\s]*$/);
export const EVENT: Form = {
  ...matching('names of events, in lower case with underscores', /^[a-z_]+$/, /^[a-z_]*$/),
  mend: (value) => value.toLowerCase().replace(/[- ]/g, '_'),
};

export const oneOf = (...values: readonly string[]): Form =>
  form(values.join(', '), {
    accepts: (value) => values.includes(value),
    canBegin: (fixed) => values.some((value) => value.startsWith(fixed)),
    mend: (value) =>
      values.find((each) => each.replace(/[-_ ]/g, '') === value.toLowerCase().replace(/[-_ ]/g, '')) ?? null,
  });

/** A full reference of Git: `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge`. */
export const FULL_REF = form('refs/heads/… or refs/tags/…', {
  accepts: (value) => value.startsWith('refs/') || value === '',
  canBegin: (fixed) => 'refs/'.startsWith(fixed) || fixed.startsWith('refs/'),
  mend: (value) => {
    const name = value.replace(/^\/?(refs\/)?(heads\/|branches\/)?/, '');
    return /^v?[0-9]+\.[0-9.*]+/.test(name) ? `refs/tags/${name}` : `refs/heads/${name}`;
  },
});

/** The name of a branch or tag alone. */
export const SHORT_REF = form('the name of a branch or tag, without refs/heads/', {
  accepts: (value) => !/^refs\/(heads|tags)\//.test(value),
  canBegin: (fixed) => !/^refs\/(heads|tags)\//.test(fixed),
  mend: (value) => value.replace(/^refs\/(heads|tags)\//, ''),
});

/** A file of a repository at a reference: `acme/web/.github/workflows/deploy.yml@refs/heads/main`. */
export const WORKFLOW = form('owner/name/.github/workflows/file@ref', {
  accepts: (value) => /^[^/]+\/[^/]+\/.+@.+$/.test(value),
  canBegin: (fixed) => !fixed.startsWith('/') && !fixed.startsWith('.github/'),
});

const PLAIN: Omit<Claim, 'form'> = { ids: [], composed: null, since: null };

/** A claim with these values, and what else is known of it. */
export const claim = (values: Form, more: Partial<Omit<Claim, 'form'>> = {}): Claim => ({
  ...PLAIN,
  ...more,
  form: values,
});

/** RFC 7519 section 4.1, in every token. `aud`, `exp` and the like are the broker's to check. */
export const REGISTERED: Readonly<Record<string, Claim>> = Object.fromEntries(
  ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti'].map((name) => [name, claim(ANY_TEXT)]),
);
