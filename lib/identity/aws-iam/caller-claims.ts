import type { AwsIamConnection } from '../../configuration/documents/connections.ts';
import type { JsonValue } from '../../json.ts';
import type { Claims } from '../principal.ts';
import type { CallerIdentity } from './caller-identity.ts';

/** ECS names the session of a task's role after the task: 32 hex digits, or a UUID in the older format. */
const TASK_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Who is calling, to this connection. */
interface CallerNames {
  readonly subject: string;
  readonly claims: Claims;
}

/**
 * The claims of contract section 2, with `userName` and `userId` for IAM users, and the subject.
 *
 * The subject is what nobody but the account's own IAM decides: an IAM user's ARN; for a role
 * `arn:<partition>:sts::<account>:assumed-role/<role>`, without the session's name, which whoever may assume the role
 * chooses freely (limits and source identities are kept by subject). Only for a role of `ecsRoles`, which none but ECS
 * assumes, the session's name is the task, so `taskId` exists and the subject ends with it: each task is a principal of
 * its own.
 */
export function callerNames(
  { account, partition, arn, caller }: CallerIdentity,
  connection: AwsIamConnection,
): CallerNames {
  const values = new Map<string, JsonValue>([
    ['account', account],
    ['partition', partition],
    ['arn', arn],
  ]);
  const claims = { values, unavailable: new Map() };
  if (caller.kind === 'user') {
    values.set('userName', caller.userName).set('userId', caller.userId);
    return { subject: arn, claims };
  }
  const { roleName, roleId, sessionName } = caller;
  values.set('roleName', roleName).set('roleId', roleId).set('sessionName', sessionName);
  if (connection.ecsRoles.includes(roleName) && TASK_ID.test(sessionName)) {
    values.set('taskId', sessionName);
    return { subject: arn, claims };
  }
  return { subject: arn.slice(0, -(sessionName.length + 1)), claims };
}
