import { randomBytes } from 'node:crypto';
import { ACCOUNT } from '../gateway/template.ts';
import { StsError, validationError } from './sts-parameters.ts';

/** Who signs a request, as GetCallerIdentity tells it. */
export interface Caller {
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
  readonly kind: 'role-session' | 'other';
}

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** RFC 3339. */
  readonly expiration: string;
  readonly assumedRoleArn: string;
  readonly assumedRoleId: string;
}

export interface Role {
  readonly partition: string;
  readonly account: string;
  /** Without its path. */
  readonly name: string;
}

/**
 * What a role's name asks this STS to do, so that each failure can be tried:
 * `arn:aws:iam::111122223333:role/token-broker/throttle`.
 */
const ON_REQUEST: Readonly<Record<string, () => StsError>> = {
  'deny-trust': () =>
    new StsError('AccessDenied', 403, 'User is not authorized to perform: sts:AssumeRole on the role (deny-trust).'),
  throttle: () => new StsError('Throttling', 400, 'Rate exceeded'),
  unavailable: () => new StsError('ServiceUnavailable', 503, 'Service Unavailable'),
  'region-disabled': () =>
    new StsError('RegionDisabledException', 403, 'STS is not activated in this region for account of the role.'),
  'idp-unreachable': () =>
    new StsError('IDPCommunicationError', 400, "Couldn't retrieve verification key from your identity provider."),
  'refuse-identity': () =>
    new StsError('InvalidIdentityToken', 400, 'No OpenIDConnect provider found in your account.'),
};

const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::([0-9]{12}):role\/((?:[\w+=,.@-]+\/)*)([\w+=,.@-]{1,64})$/;

/** Reads a role's ARN. Throws the error that the role's name asks for, if it does. */
export function readRole(arn: string): Role {
  const [, partition, account, , name] = ROLE_ARN.exec(arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined) {
    throw validationError(`${arn} is invalid`);
  }
  const asked = ON_REQUEST[name];
  if (asked !== undefined) throw asked();
  return { partition, account, name };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const identifier = (prefix: string): string =>
  `${prefix}${[...randomBytes(16)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;

/** The same role has the same id, as long as this runs. */
const roleIds = new Map<string, string>();

function roleId({ account, name }: Role): string {
  const key = `${account}/${name}`;
  const id = roleIds.get(key) ?? identifier('AROA');
  roleIds.set(key, id);
  return id;
}

export interface Sessions {
  open(role: Role, sessionName: string, durationSeconds: number): Session;
  /** Whoever the access key belongs to. A key that this STS did not hand out is the local stack's own. */
  caller(accessKeyId: string): Caller;
}

const LOCAL_CALLER: Caller = {
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/token-broker-local/local`,
  userId: 'AROALOCALLOCALLOCALLO:local',
  account: ACCOUNT,
  kind: 'other',
};

export function sessions(): Sessions {
  const callers = new Map<string, Caller>();
  return {
    open(role, sessionName, durationSeconds) {
      const { partition, account, name } = role;
      const session: Session = {
        accessKeyId: identifier('ASIA'),
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(256).toString('base64'),
        expiration: `${new Date(Date.now() + durationSeconds * 1000).toISOString().slice(0, 19)}Z`,
        assumedRoleArn: `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`,
        assumedRoleId: `${roleId(role)}:${sessionName}`,
      };
      const { assumedRoleArn: arn, assumedRoleId: userId } = session;
      callers.set(session.accessKeyId, { arn, userId, account, kind: 'role-session' });
      return session;
    },
    caller: (accessKeyId) => callers.get(accessKeyId) ?? LOCAL_CALLER,
  };
}
