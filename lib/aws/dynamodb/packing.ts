import { zlib } from '../../host/zlib.ts';

/** What records have alike, in their order; what is met most often stands last. */
const DICTIONARY = Buffer.from(
  '"outcome":"failed","reason":"role_refused"limit_reached"replayed"not_allowed"oauth-token"aws-federated"broker-token"' +
    '"actor":{"connection":null,"client":"","subject":"","principal":"","proof":{"kind":"client-secret","issuer":null,' +
    '"tokenId":null,"sha256":null,"secretVersion":""client-assertion"aws-iam"saml"broker"https://accounts.google.com"' +
    'https://gitlab.com"https://login.microsoftonline.com/"groups":["email":"@"environment":"production"' +
    '"key":"claims.sub","key":"request.sourceIp","operator":"ForAnyValue:StringEquals"StringNotEquals"IpAddress"Bool"Null"' +
    '"held":false,"expected":["actual":"difference":"absent"different","audience":"https://api."tokenSha256":"' +
    '"downstreamScope":null,"tokenEndpoint":"https://"tokenType":"Bearer","cached":false' +
    'Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux lang/python#3.13.0 aws-sdk-js/3. aws-cli/2. curl/8.' +
    '{"id":"iss_01M8","time":"2026-11-2T10:00:00.000Z","outcome":"denied","outcome":"issued","reason":null,"attempts":1,' +
    '"scope":"deploy-","grant":"aws-session","principal":"@refs/heads/main","connection":"github","client":null,' +
    '"subject":"repo:","actor":null,"intent":null,"proof":{"kind":"oidc",' +
    '"issuer":"https://token.actions.githubusercontent.com","tokenId":"","sha256":"","expires":"2026-11-2T10:00:00Z"},' +
    '"claims":{"job_workflow_ref":"","workflow_ref":"/.github/workflows/deploy.yml@refs/heads/main",' +
    '"repository_owner_id":"","repository_id":"","repository":"","ref":"refs/tags/v","ref":"refs/heads/main",' +
    '"sha":"","run_id":"1"},"decision":{"configVersion":1,"rule":0,"checks":[' +
    '{"operator":"StringLike","key":"claims.workflow_ref","held":true},' +
    '{"operator":"StringEquals","key":"claims.repository_id","held":true},' +
    '{"operator":"StringEquals","key":"claims.ref","held":true}],' +
    '"source":{"file":"scopes/deploy-.yaml","line":1,"appliedBy":"arn:aws:sts:::assumed-role/",' +
    '"appliedAt":"2026-11-2T10:00:00.000Z","reason":null,"commit":null}},' +
    '"credential":{"expires":"2026-11-2T10:00:00Z","roleArn":"arn:aws:iam::111122223333:role/token-broker/deploy-",' +
    '"accessKeyId":"ASIA","sourceIdentity":"github-","packedPolicySize":1},' +
    '"request":{"id":"=","sourceIp":"198.51.100.","userAgent":"aws-cli/2."}}',
);

/** A window as large as dictionary and record, and no more memory than that takes: each record allocates it anew. */
const OPTIONS = { dictionary: DICTIONARY, level: 6, windowBits: 13, memLevel: 4, chunkSize: 2_048 };
/** No record is larger (`bounds.ts`): what unpacks to more was not written here. */
const MOST_BYTES = 64 * 1024;

/**
 * The JSON of a record, packed: raw DEFLATE (RFC 1951) with a dictionary. What is 2 KB as text takes DynamoDB three
 * write units, packed it takes one. The dictionary is part of every record that was written with it, so it never
 * changes; another one would need a mark in the item that says which.
 */
export const packed = (json: string): Uint8Array => zlib().deflateRawSync(json, OPTIONS);

/** What `packed` packed. Throws where it is not whole, or unpacks to more than any record. */
export const unpacked = (bytes: Uint8Array): string =>
  zlib().inflateRawSync(bytes, { dictionary: DICTIONARY, maxOutputLength: MOST_BYTES }).toString('utf8');
