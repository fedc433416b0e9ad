/** Where a signed request may go, which is decided here and never by its sender. */
export interface StsTarget {
  /** The host that the signature covers. */
  readonly host: string;
  /** The Region of the credential scope; null: any. */
  readonly region: string | null;
  /** Where the broker sends the request. */
  readonly url: string;
}

/**
 * Two letters first (or `eusc`), so that neither a bucket (`sts.s3.amazonaws.com`) nor another service's host counts as
 * a Region.
 */
const AWS_STS = /^https:\/\/(sts(?:\.((?:[a-z]{2}|eusc)(?:-[a-z]+){1,2}-[1-9]))?\.(amazonaws\.(?:com|com\.cn|eu)))\/?$/;
/** The Region that the global endpoint signs for. */
const GLOBAL_REGION = 'us-east-1';

/**
 * The STS endpoint that a described request is for: `https://sts.amazonaws.com/`, `https://sts.<region>.amazonaws.com/`
 * (`amazonaws.com.cn` with the Regions of China, `amazonaws.eu` with those of the European Sovereign Cloud, and only
 * with them), or the deployment's own STS endpoint where one is set (SDK setting AWS_ENDPOINT_URL_STS), to which then
 * every request goes. Compared as text: no port, user, query, fragment, other path or other spelling. null: none of
 * these.
 */
export function stsTarget(url: string, configured: string | null): StsTarget | null {
  if (configured !== null && withoutFinalSlash(url) === withoutFinalSlash(configured)) {
    return { host: new URL(configured).host, region: null, url: configured };
  }
  const [, host, region, suffix] = AWS_STS.exec(url) ?? [];
  if (host === undefined || suffix !== suffixOf(region ?? GLOBAL_REGION)) return null;
  return { host, region: region ?? GLOBAL_REGION, url: configured ?? `https://${host}/` };
}

/** The DNS suffix of a Region's partition (AWS SDKs: partitions). */
function suffixOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

const withoutFinalSlash = (url: string): string => (url.endsWith('/') ? url.slice(0, -1) : url);
