import type { AwsService } from '../../lib/aws-services.ts';
import { awsEndpoint, hiddenBehindOthers, serviceById, servicesSignedAs } from './services.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where requests go: as the caller's own variables say, else AWS. */
export interface Endpoints {
  /** `id`: which of the services of that signature it is; null: the first. null: there is no such service. */
  of(signs: string, region: string, id: string | null): Place | null;
}

/** A host, and the services that are there. */
export interface Place {
  readonly url: URL;
  readonly services: readonly AwsService[];
}

const VARIABLE = /^AWS_ENDPOINT_URL_([A-Z0-9_]+)$/;
const REGION = /^(?:[a-z]{2}|eusc)(?:-[a-z]+){1,2}-\d$/;
const NAME = /^[a-z0-9-]{1,63}$/;

/** Throws Error for a variable that is no http or https URL. */
export function endpointsOf(env: Environment): Endpoints {
  const own = new Map<string, URL>();
  for (const [name, value] of Object.entries(env)) {
    if ((VARIABLE.test(name) || name === 'AWS_ENDPOINT_URL') && value) own.set(name, urlOf(name, value));
  }
  const isFips = env['AWS_USE_FIPS_ENDPOINT']?.toLowerCase() === 'true';
  const isIgnored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  const said = (id: string) =>
    isIgnored ? undefined : own.get(id === '' ? 'AWS_ENDPOINT_URL' : `AWS_ENDPOINT_URL_${id}`);
  const find = (signs: string, region: string, id: string | null): Place | null => {
    if (!NAME.test(signs) || !NAME.test(region)) return null;
    const named = id === null ? null : serviceById(id);
    const all = servicesSignedAs(signs);
    const [first] = named === null || named.signs !== signs ? (id === null ? all : []) : [named];
    if (first === undefined) return null;
    const services = all.filter(({ prefix }) => prefix === first.prefix);
    const url = services.map((each) => said(each.id)).find((each) => each !== undefined) ?? said('');
    // Beside Regions there are names of other services below AWS's domain: `s3` would make a bucket's host of it.
    if (url === undefined && !REGION.test(region)) return null;
    return { url: url ?? new URL(awsEndpoint(first, region, { isFips })), services };
  };
  const found = new Map<string, Place | null>();
  return {
    of: (signs, region, id) => {
      const key = `${signs} ${region} ${id}`;
      const known = found.get(key);
      if (known !== undefined) return known;
      const place = find(signs, region, id);
      if (found.size < MOST_PLACES) found.set(key, place);
      return place;
    },
  };
}

/** That are kept: a program names a few. */
const MOST_PLACES = 100;

function urlOf(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw new Error(`${name} is no http or https URL`);
  return url;
}

/** The variables that lead an SDK to `proxy`; services that their signature does not tell have a path of their own. */
export function endpointVariables(proxy: string): Environment {
  const others = hiddenBehindOthers.map(({ id }) => [`AWS_ENDPOINT_URL_${id}`, `${proxy}${TAG}${id}`] as const);
  return { AWS_ENDPOINT_URL: proxy, ...Object.fromEntries(others) };
}

const TAG = '/-/';

/** The service that a path of the proxy is of, and the path behind it. */
export function untagged(path: string): { readonly id: string | null; readonly path: string } {
  const [, id, rest] = /^\/-\/([A-Z0-9_]{1,64})(\/.*)?$/s.exec(path) ?? [];
  return id === undefined ? { id: null, path } : { id, path: rest ?? '/' };
}
