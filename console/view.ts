/** The filters of `GET /v1/issuances` that a view may have, in the order in which the page shows them. */
export const FILTERS = [
  'outcome',
  'scope',
  'principal',
  'actor',
  'connection',
  'client',
  'reason',
  'intent',
  'approval',
  'rule',
  'accessKeyId',
] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filter = Readonly<Partial<Record<FilterName, string>>>;

/** How far back a view looks, in seconds, by the word of its address. */
export const SPANS = { '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 } as const;
export type Span = keyof typeof SPANS;

/** A time that moves on with the clock, or one that stands (RFC 3339, both inclusive). */
export type Range = { readonly last: Span } | { readonly from: string; readonly to: string };

export interface ListView {
  readonly page: 'issuances';
  readonly filter: Filter;
  readonly range: Range;
  /** Whether new records are asked for every few seconds. */
  readonly live: boolean;
}

export interface ExplainView {
  readonly page: 'explain';
  readonly scope: string;
  readonly issuance: string;
  readonly connection: string;
  /** JSON. It stands behind the `#`: it goes to nobody's log. */
  readonly claims: string;
}

/** What the page shows; all of it stands in the address, so that every view can be sent. */
export type View =
  | ListView
  | ExplainView
  | { readonly page: 'issuance'; readonly id: string }
  | { readonly page: 'scopes' }
  | { readonly page: 'scope'; readonly name: string }
  | { readonly page: 'unknown' };

export const NO_QUESTION: ExplainView = { page: 'explain', scope: '', issuance: '', connection: '', claims: '' };

interface Address {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

export const EVERYTHING: ListView = { page: 'issuances', filter: {}, range: { last: '24h' }, live: false };

/** Reads a view from its address. What it does not know there is left out. */
export function readView({ pathname, search, hash }: Address): View {
  const query = new URLSearchParams(search);
  const [, , page = '', name = ''] = pathname.replace(/\/$/, '').split('/');
  const named = decoded(name);
  if (page === '') return readList(query);
  if (page === 'issuances' && named !== '') return { page: 'issuance', id: named };
  if (page === 'scopes') return named === '' ? { page: 'scopes' } : { page: 'scope', name: named };
  if (page !== 'explain') return { page: 'unknown' };
  const text = (parameter: string): string => query.get(parameter) ?? '';
  const claims = new URLSearchParams(hash.slice(1)).get('claims') ?? '';
  return { page, scope: text('scope'), issuance: text('issuance'), connection: text('connection'), claims };
}

function readList(query: URLSearchParams): ListView {
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = query.get(name) ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
  return { page: 'issuances', filter, range: readRange(query), live: query.get('live') === '1' };
}

function readRange(query: URLSearchParams): Range {
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  if (isInstant(from) && isInstant(to) && Date.parse(from) <= Date.parse(to)) return { from, to };
  const last = query.get('last') ?? '';
  return isSpan(last) ? { last } : { last: '24h' };
}

const isSpan = (text: string): text is Span => Object.hasOwn(SPANS, text);

const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));

/** The address of a view: `readView` reads the same view from it. */
export function addressOf(view: View): string {
  switch (view.page) {
    case 'issuances':
      return withQuery('/console', listQuery(view));
    case 'issuance':
      return `/console/issuances/${encodeURIComponent(view.id)}`;
    case 'scopes':
      return '/console/scopes';
    case 'scope':
      return `/console/scopes/${encodeURIComponent(view.name)}`;
    case 'explain': {
      const { scope, issuance, connection, claims } = view;
      const hash = claims === '' ? '' : `#${new URLSearchParams({ claims })}`;
      return `${withQuery('/console/explain', { scope, issuance, connection })}${hash}`;
    }
    case 'unknown':
      return '/console';
  }
}

function listQuery({ filter, range, live }: ListView): Readonly<Record<string, string>> {
  const time = 'last' in range ? { last: range.last === '24h' ? '' : range.last } : { from: range.from, to: range.to };
  return { ...filter, ...time, live: live ? '1' : '' };
}

function withQuery(path: string, parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Both ends of a range in milliseconds, as of `now`. */
export function instantsOf(range: Range, now: number): { readonly from: number; readonly to: number } {
  if ('last' in range) return { from: now - SPANS[range.last] * 1000, to: now };
  return { from: Date.parse(range.from), to: Date.parse(range.to) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
