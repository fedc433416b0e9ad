/** Resources of events as a policy names them. */

/**
 * What a policy may name for calls on a resource, where the event's ARN is what IAM looked at: all of the bucket for an
 * object (tomorrow's have other keys), a table with its indexes, a function with its versions and aliases. Of other
 * services an event's ARNs are not what IAM looks at, or not all of it.
 */
const PLACES: readonly {
  readonly service: string;
  readonly arn: RegExp;
  readonly places: (arn: string, match: RegExpExecArray) => readonly string[];
}[] = [
  { service: 's3', arn: /^(arn:[^:]+:s3:::[^/:]+)\/./, places: (_arn, [, bucket = '']) => [`${bucket}/*`] },
  { service: 's3', arn: /^arn:[^:]+:s3:::[^/:]+$/, places: (arn) => [arn] },
  { service: 'kms', arn: /^arn:[^:]+:kms:[^:]+:\d+:key\/[\w-]+$/, places: (arn) => [arn] },
  { service: 'sts', arn: /^arn:[^:]+:iam::\d+:role\/.+$/, places: (arn) => [arn] },
  { service: 'sqs', arn: /^arn:[^:]+:sqs:[^:]+:\d+:[\w.-]+$/, places: (arn) => [arn] },
  { service: 'sns', arn: /^arn:[^:]+:sns:[^:]+:\d+:[\w.-]+$/, places: (arn) => [arn] },
  {
    service: 'dynamodb',
    arn: /^(arn:[^:]+:dynamodb:[^:]+:\d+:table\/[\w.-]+)(?:\/|$)/,
    places: (_arn, [, table = '']) => [table, `${table}/*`],
  },
  {
    service: 'lambda',
    arn: /^(arn:[^:]+:lambda:[^:]+:\d+:function:[\w-]+)(?::|$)/,
    places: (_arn, [, name = '']) => [name, `${name}:*`],
  },
];

/** Actions on objects; the others of S3 are on buckets, and an event on an object names its bucket beside it. */
const ON_OBJECTS = /^s3:(?!.*Bucket).*(?:Object|Multipart)/;

/**
 * The ARNs of an event that count for an action, and what a policy may name for them. `places` is null where that is
 * not known: then the policy has to stay as it is.
 */
export function resourcesOf(
  action: string,
  resources: readonly string[],
): { readonly arns: readonly string[]; readonly places: readonly string[] | null } {
  const [service = ''] = action.split(':');
  const arns =
    service === 's3' ? resources.filter((arn) => arn.includes('/') === ON_OBJECTS.test(action)) : [...resources];
  const found = arns.map((arn) => placesOf(service, arn));
  const isWhole = found.length > 0 && found.every((places) => places !== null);
  return { arns, places: isWhole ? [...new Set(found.flatMap((places) => places ?? []))] : null };
}

/** null also for a name that would be a pattern; an object's key may be anything, its bucket stands for it. */
function placesOf(service: string, arn: string): readonly string[] | null {
  for (const kind of PLACES) {
    const match = kind.service === service ? kind.arn.exec(arn) : null;
    if (match !== null) {
      const places = kind.places(arn, match);
      return places.some((place) => /[*?$]/.test(place.replace(/[/:]\*$/, ''))) ? null : places;
    }
  }
  return null;
}
