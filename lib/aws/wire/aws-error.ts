/** What AWS's codes are made of. Anything else is an endpoint's own text, and would go to the log as a name. */
const CODE = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * A service's error, in the form that the AWS SDKs give theirs: `name` is AWS's code
 * (`ConditionalCheckFailedException`), `$metadata` says the HTTP status and AWS's request id. AWS's message names
 * accounts and resources and is left out.
 */
export class AwsError extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor(code: string, httpStatusCode: number, requestId: string | undefined) {
    const name = CODE.test(code) ? code : 'Unknown';
    super(`AWS answered ${name}`);
    this.name = name;
    this.$metadata = {
      httpStatusCode,
      requestId: requestId !== undefined && CODE.test(requestId) ? requestId : undefined,
    };
  }
}

/** No whole answer came: nobody is there, the connection ended, or it took too long. `cause` says which. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super('no answer', { cause });
    this.name = 'NoAnswer';
  }
}

/** AWS's own list (its SDKs' retry behaviour, "standard"), whatever HTTP status they come with. */
const THROTTLES = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
const TRANSIENT = new Set(['InternalError', 'RequestTimeout', 'RequestTimeoutException']);

/** Whether another try may fare better, and whether it should wait a little longer. */
export function retryOf(error: unknown): 'never' | 'soon' | 'later' {
  if (error instanceof NoAnswer) return 'soon';
  if (!(error instanceof AwsError)) return 'never';
  const { httpStatusCode } = error.$metadata;
  if (httpStatusCode === 429 || THROTTLES.has(error.name)) return 'later';
  return httpStatusCode >= 500 || TRANSIENT.has(error.name) ? 'soon' : 'never';
}
