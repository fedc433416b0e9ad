/** What GetCallerIdentity says of who signed. */
export interface CallerIdentity {
  readonly account: string;
  readonly partition: string;
  readonly arn: string;
  readonly caller: AssumedRole | User;
}

export interface AssumedRole {
  readonly kind: 'assumed-role';
  readonly roleName: string;
  /** The role's unique id (`AROA…`), another after the role was made anew. */
  readonly roleId: string;
  readonly sessionName: string;
}

export interface User {
  readonly kind: 'user';
  readonly userName: string;
  readonly userId: string;
}

const BLANK = '[ \\t\\r\\n]*';
const element = (name: string, content: string): string => `<${name}>${content}</${name}>${BLANK}`;

/**
 * STS API reference, GetCallerIdentity, example response. The whole document is matched: no document type, comment,
 * CDATA section, entity, attribute or second element can be in it, and no value has a character that XML would escape.
 */
const ANSWER = new RegExp(
  `^${BLANK}(?:<\\?xml version="1\\.0"(?: encoding="(?:UTF|utf)-8")?\\?>${BLANK})?` +
    `<GetCallerIdentityResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">${BLANK}` +
    `<GetCallerIdentityResult>${BLANK}((?:<(?:Arn|UserId|Account)>[\\x21-\\x25\\x27-\\x3b\\x3d\\x3f-\\x7e]{1,2048}</(?:Arn|UserId|Account)>${BLANK}){3})` +
    `</GetCallerIdentityResult>${BLANK}` +
    `<ResponseMetadata>${BLANK}${element('RequestId', '[A-Za-z0-9-]{1,64}')}</ResponseMetadata>${BLANK}` +
    `</GetCallerIdentityResponse>${BLANK}$`,
);
const MEMBER = /<(Arn|UserId|Account)>([^<>]+)<\/\1>/g;
const ARN = /^arn:(aws(?:-[a-z]+)*):(sts|iam)::([0-9]{12}):(assumed-role|user)\/([\x21-\x7e]+)$/;
/** IAM user guide, "IAM and AWS STS quotas": role names, and session names, have 64 characters. */
const ROLE_SESSION = /^([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/;
const USER = /^(?:[\x21-\x7e]{1,510}\/)?([\w+=,.@-]{1,64})$/;
const UNIQUE_ID = /^[A-Z0-9]{16,128}$/;

/**
 * `unsupported`: a true answer about a caller that is neither an assumed role nor a user. null: not an answer of
 * GetCallerIdentity.
 */
export function parseCallerIdentity(xml: string): CallerIdentity | 'unsupported' | null {
  const content = ANSWER.exec(xml)?.[1];
  if (content === undefined) return null;
  const members = new Map([...content.matchAll(MEMBER)].map(([, name, value]) => [name, value]));
  const [arn, userId, account] = [members.get('Arn'), members.get('UserId'), members.get('Account')];
  // There are three: where one is twice, another is missing.
  if (arn === undefined || userId === undefined || account === undefined) return null;
  const [, partition, service, owner, kind, name] = ARN.exec(arn) ?? [];
  if (partition === undefined || name === undefined) return 'unsupported';
  if (owner !== account) return null;
  const caller = kind === 'user' ? userOf(service, name, userId) : roleOf(service, name, userId);
  return caller === null ? null : { account, partition, arn, caller };
}

function roleOf(service: string | undefined, name: string, userId: string): AssumedRole | null {
  const [, roleName, sessionName] = ROLE_SESSION.exec(name) ?? [];
  if (service !== 'sts' || roleName === undefined || sessionName === undefined) return null;
  const roleId = userId.slice(0, userId.indexOf(':'));
  if (userId !== `${roleId}:${sessionName}` || !UNIQUE_ID.test(roleId)) return null;
  return { kind: 'assumed-role', roleName, roleId, sessionName };
}

function userOf(service: string | undefined, name: string, userId: string): User | null {
  const userName = USER.exec(name)?.[1];
  if (service !== 'iam' || userName === undefined || !UNIQUE_ID.test(userId)) return null;
  return { kind: 'user', userName, userId };
}
