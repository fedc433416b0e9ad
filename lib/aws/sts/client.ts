import type {
  AssumeRoleRequest,
  AssumeRoleWithSAMLRequest,
  AssumeRoleWithWebIdentityRequest,
  GetWebIdentityTokenRequest,
} from '@aws-sdk/client-sts';
import { parseXML } from '@aws-sdk/xml-builder';
import type { Settings } from '../../host/settings.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireAnswer } from '../wire/connections.ts';
import { awsService } from '../wire/service.ts';
import { queryForm } from './query-form.ts';

/** The actions that the broker uses, with their parameters: AWS STS API reference. */
export interface StsActions {
  readonly AssumeRole: AssumeRoleRequest;
  readonly AssumeRoleWithWebIdentity: AssumeRoleWithWebIdentityRequest;
  readonly AssumeRoleWithSAML: AssumeRoleWithSAMLRequest;
  readonly GetWebIdentityToken: GetWebIdentityTokenRequest;
}

/** The `…Result` element of an answer. */
export interface StsResult {
  /** The text of the element that this path of names leads to; null where there is none, or where it stands twice. */
  text(...path: readonly string[]): string | null;
}

export interface Sts {
  /**
   * Throws an error whose `name` is STS's own code, or one that says that no answer came. What is no answer to this
   * action has nothing in its result. A request may arrive twice: then a session is made that nobody gets.
   */
  call<Action extends keyof StsActions>(
    action: Action,
    input: StsActions[Action],
    signal: AbortSignal,
  ): Promise<StsResult>;
}

const API_VERSION = '2011-06-15';
/** These carry the caller's own proof, and no signature of the broker's. */
const UNSIGNED: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML']);

/** A client for the life of the process, at the Region's endpoint or at the one that AWS_ENDPOINT_URL_STS names. */
export function stsClient({ region }: Pick<Settings, 'region'>): Sts {
  const service = awsService({ service: 'sts', region, errorOf });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return {
    call: async (action, input, signal) => {
      const body = queryForm({ Action: action, Version: API_VERSION, ...input });
      const { body: xml } = await service(
        { headers, body, signature: UNSIGNED.has(action) ? 'none' : 'sigv4' },
        signal,
      );
      const answer = readXml(xml);
      return { text: (...path) => textAt(answer, `${action}Response`, `${action}Result`, ...path) };
    },
  };
}

/** AWS Query protocol: `ErrorResponse` with `Error` and `RequestId`. */
function errorOf({ status, body }: WireAnswer): AwsError {
  const answer = readXml(body);
  const code = textAt(answer, 'ErrorResponse', 'Error', 'Code');
  return new AwsError(code || 'Unknown', status, textAt(answer, 'ErrorResponse', 'RequestId') ?? undefined);
}

function readXml(text: string): unknown {
  try {
    return parseXML(text);
  } catch {
    return null;
  }
}

function textAt(answer: unknown, ...path: readonly string[]): string | null {
  const found = path.reduce(
    (parent, name) =>
      typeof parent === 'object' && parent !== null && Object.hasOwn(parent, name) ? Reflect.get(parent, name) : null,
    answer,
  );
  return typeof found === 'string' ? found : null;
}
