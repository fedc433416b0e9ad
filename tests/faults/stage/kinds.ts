/** What may become of one call to a dependency. */
export const KINDS = [
  // The connection is reset before the request is taken.
  'dropped',
  // The request is taken and acted on; its answer is lost.
  'answer lost',
  'slow',
  // Acted on at once, answered after the caller stopped waiting.
  'late',
  // Acted on after the caller stopped waiting.
  'late delivery',
  'half',
  'throttled',
  'unavailable',
  'garbled',
  // The process of the function is killed (SIGKILL): before the request is taken, or once it was acted on.
  'killed before',
  'killed after',
] as const;

export type Kind = (typeof KINDS)[number];

export const isKill = (kind: Kind): boolean => kind === 'killed before' || kind === 'killed after';

export type Service = 'dynamodb' | 'sts' | 'secretsmanager' | 'idp';

/** `once`: that call alone, so that a retry may go well; `lasting`: it and every later one to the same service. */
export interface Fault {
  /** As `CallLog` names it. */
  readonly call: string;
  readonly kind: Kind;
  readonly extent: 'once' | 'lasting';
}

export interface ErrorAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (status: number, body: object): ErrorAnswer => ({
  status,
  type: 'application/x-amz-json-1.0',
  body: JSON.stringify(body),
});

const xml = (status: number, code: string): ErrorAnswer => ({
  status,
  type: 'text/xml',
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});

/** As each service says that it was asked too often. */
export const THROTTLED: Readonly<Record<Service, ErrorAnswer>> = {
  dynamodb: json(400, {
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'too often',
  }),
  secretsmanager: json(400, { __type: 'ThrottlingException', message: 'too often' }),
  sts: xml(400, 'Throttling'),
  idp: { status: 429, type: 'text/plain', body: 'too often' },
};

/** As each service says that it is down. */
export const UNAVAILABLE: Readonly<Record<Service, ErrorAnswer>> = {
  dynamodb: json(500, { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'down' }),
  secretsmanager: json(500, { __type: 'InternalServiceError', Message: 'down' }),
  sts: xml(503, 'ServiceUnavailable'),
  idp: { status: 503, type: 'text/html', body: '<html>down</html>' },
};
