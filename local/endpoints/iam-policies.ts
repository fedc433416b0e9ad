import { StsError, validationError } from './sts-parameters.ts';
import type { Caller } from './sts-sessions.ts';
import type { Tree } from './sts-xml.ts';

/** API version of AWS IAM's query protocol. */
export const IAM_VERSION = '2010-05-08';

/** AWS IAM quotas: versions of a managed policy, and its characters without white space. */
const MOST_VERSIONS = 5;
const MOST_CHARACTERS = 6_144;

interface Version {
  readonly id: string;
  readonly document: string;
  readonly created: string;
}

interface Policy {
  versions: readonly Version[];
  default: string;
  next: number;
}

type Action = (policy: Policy, form: URLSearchParams) => Tree;

export interface ManagedPolicies {
  perform(action: string, form: URLSearchParams, caller: Caller | null): Tree;
}

/**
 * Managed policies of any account in memory: each is there as soon as it is asked for, with one version that denies
 * nothing, and every role carries the one that is called `…-revocations`. It checks no permission.
 */
export function managedPolicies(): ManagedPolicies {
  const policies = new Map<string, Policy>();
  const policyOf = (form: URLSearchParams): Policy => {
    const arn = textOf(form, 'PolicyArn');
    const known = policies.get(arn) ?? firstOf();
    policies.set(arn, known);
    return known;
  };
  return {
    perform(action, form, caller) {
      if (action === 'ListAttachedRolePolicies') return attached(form, caller);
      const perform = actions[action];
      if (perform === undefined) throw new StsError('InvalidAction', 400, `Could not find operation ${action}`);
      return perform(policyOf(form), form);
    },
  };
}

function firstOf(): Policy {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  return { versions: [{ id: 'v1', document, created: now() }], default: 'v1', next: 2 };
}

const now = (): string => new Date().toISOString();

const actions: Readonly<Record<string, Action>> = {
  ListPolicyVersions: (policy) => ({
    Versions: policy.versions.map((version) => versionTree(policy, version)),
    IsTruncated: 'false',
  }),
  GetPolicyVersion(policy, form) {
    const version = policy.versions.find(({ id }) => id === textOf(form, 'VersionId'));
    if (version === undefined) throw noSuchVersion();
    return { PolicyVersion: { ...versionTree(policy, version), Document: encodeURIComponent(version.document) } };
  },
  CreatePolicyVersion(policy, form) {
    const document = textOf(form, 'PolicyDocument');
    if (policy.versions.length >= MOST_VERSIONS) {
      throw new StsError('LimitExceeded', 409, 'A managed policy can have up to 5 versions.');
    }
    if (document.replace(/\s/g, '').length > MOST_CHARACTERS) {
      throw new StsError('LimitExceeded', 409, 'Cannot exceed quota for PolicySize: 6144');
    }
    const version = { id: `v${policy.next}`, document, created: now() };
    policy.next += 1;
    policy.versions = [...policy.versions, version];
    if (form.get('SetAsDefault') === 'true') policy.default = version.id;
    return { PolicyVersion: versionTree(policy, version) };
  },
  DeletePolicyVersion(policy, form) {
    const id = textOf(form, 'VersionId');
    if (id === policy.default) {
      throw new StsError('DeleteConflict', 409, 'Cannot delete the default version of a policy.');
    }
    if (!policy.versions.some((version) => version.id === id)) throw noSuchVersion();
    policy.versions = policy.versions.filter((version) => version.id !== id);
    return {};
  },
};

const versionTree = (policy: Policy, { id, created }: Version): Tree => ({
  VersionId: id,
  IsDefaultVersion: String(policy.default === id),
  CreateDate: created,
});

function attached(form: URLSearchParams, caller: Caller | null): Tree {
  textOf(form, 'RoleName');
  const name = `${caller?.arn.split('/').at(-1) ?? 'token-broker-revocations'}`;
  const arn = `arn:aws:iam::${caller?.account ?? ''}:policy/${name}`;
  return { AttachedPolicies: [{ PolicyName: name, PolicyArn: arn }], IsTruncated: 'false' };
}

function textOf(form: URLSearchParams, name: string): string {
  const text = form.get(name);
  if (text === null || text === '') throw validationError(`${name} is missing`);
  return text;
}

const noSuchVersion = () => new StsError('NoSuchEntity', 404, 'The policy has no such version.');
