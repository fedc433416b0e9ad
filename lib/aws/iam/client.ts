import { parseXML } from '@aws-sdk/xml-builder';
import type { AwsCredentialIdentity } from '@smithy/types';
import { queryForm } from '../sts/query-form.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireAnswer } from '../wire/connections.ts';
import { awsService } from '../wire/service.ts';
import { globalIam } from './global-endpoint.ts';

/** One structure of an answer. */
export interface IamAnswer {
  /** The text of a member; null where there is none. */
  text(name: string): string | null;
  /** A structure within; one without members where there is none. */
  within(name: string): IamAnswer;
  /** The members of a list, none where it is not there. */
  list(name: string): readonly IamAnswer[];
}

export interface Iam {
  /**
   * Throws an error whose `name` is IAM's own code, or one that says that no answer came. A request may arrive twice.
   */
  call(action: string, input: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IamAnswer>;
}

const API_VERSION = '2010-05-08';

/** AWS IAM (AWS Query protocol), as the role whose session that is: one endpoint for each partition. */
export function iamClient(region: string, credentials: AwsCredentialIdentity): Iam {
  const service = awsService({ service: 'iam', ...globalIam(region), credentials: async () => credentials, errorOf });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return {
    call: async (action, input, signal) => {
      const body = queryForm({ Action: action, Version: API_VERSION, ...input });
      const answer = await service({ headers, body, signature: 'sigv4' }, signal);
      return answerOf(readXml(answer.body)).within(`${action}Response`).within(`${action}Result`);
    },
  };
}

function errorOf({ status, body }: WireAnswer): AwsError {
  const answer = answerOf(readXml(body)).within('ErrorResponse');
  return new AwsError(answer.within('Error').text('Code') || 'Unknown', status, answer.text('RequestId') ?? undefined);
}

function readXml(text: string): unknown {
  try {
    return parseXML(text);
  } catch {
    return null;
  }
}

function answerOf(value: unknown): IamAnswer {
  const member = (name: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : null;
  return {
    text: (name) => {
      const found = member(name);
      return typeof found === 'string' ? found : null;
    },
    within: (name) => answerOf(member(name)),
    list: (name) => {
      const members: unknown = Object(member(name)).member ?? [];
      return (Array.isArray(members) ? members : [members]).map(answerOf);
    },
  };
}
