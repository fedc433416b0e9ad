import { readFileSync } from 'node:fs';
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, it } from '@jest/globals';
import { parseTemplate, type Resolution, resolveValue } from '../../local/gateway/intrinsics.ts';
import { template } from '../template/document.ts';

const BROKER = 'arn:aws:iam::999900001111:role/token-broker-functions/token-broker-eu-central-1-sts';
const TARGET = 'arn:aws:iam::111122223333:role/token-broker/deploy-web';
const ACTIONS = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] as const;

/** Nothing but the example's parameters is asked for by its trust. */
const parameters: Resolution = {
  parameters: { BrokerRoleArns: [BROKER], BrokerExternalId: 'a-deployment-of-ours', Scope: 'deploy-web' },
  conditions: {},
  mappings: {},
  reference: () => undefined,
  attribute: () => undefined,
};
const example = parseTemplate(readFileSync('examples/target-role.yaml', 'utf8')) as {
  Resources: { Role: { Properties: { AssumeRolePolicyDocument: unknown } } };
};
const trust = resolveValue(example.Resources.Role.Properties.AssumeRolePolicyDocument, parameters);

/** What the broker's own template lets its minting roles do. */
const identity = {
  name: 'minting',
  policy: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: [...ACTIONS], Resource: template.Parameters['AssumableRoles']?.['Default'] },
    ],
  },
};

interface Call {
  readonly principal?: string;
  readonly externalId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly sourceIdentity?: string;
}
const TAGS = { 'token-broker:scope': 'deploy-web', 'token-broker:issuance': 'iss_01' };

/** AssumeRole as the broker calls it: each of the three permissions, asked for with the keys that AWS gives for it. */
async function allowed(call: Call, action: (typeof ACTIONS)[number]): Promise<boolean> {
  const { principal = BROKER, externalId, tags = TAGS, sourceIdentity } = call;
  const requestTags = Object.entries(tags).map(([name, value]) => [`aws:RequestTag/${name}`, value] as const);
  const keys = {
    'sts:AssumeRole': { ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }) },
    'sts:TagSession': {},
    'sts:SetSourceIdentity': {},
  } as const;
  const simulation: Simulation = {
    request: {
      principal,
      action,
      resource: { resource: TARGET, accountId: '111122223333' },
      contextVariables: {
        ...keys[action],
        ...(action === 'sts:SetSourceIdentity' ? {} : Object.fromEntries(requestTags)),
        ...(action === 'sts:TagSession' ? { 'aws:TagKeys': Object.keys(tags) } : {}),
        ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
      },
    },
    identityPolicies: [identity],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: trust,
  };
  const { errors, ...result } = Object(await runSimulation(simulation, { simulationMode: 'Strict' }));
  expect(errors).toBeUndefined();
  return result.overallResult === 'Allowed';
}

/** AWS refuses the call where any of the three is refused. */
const together = async (call: Call): Promise<boolean> =>
  (await Promise.all(ACTIONS.map((action) => allowed(call, action)))).every((one) => one);

const good: Call = { externalId: 'a-deployment-of-ours', sourceIdentity: 'acme-web' };

describe("the trust of examples/target-role.yaml, by IAM's rules (iam-simulate, strict)", () => {
  it.each(ACTIONS)('allows %s of the broker for its scope', async (action) => {
    expect(await allowed(good, action)).toBe(true);
  });

  it.each<[string, Call]>([
    ['another scope', { ...good, tags: { ...TAGS, 'token-broker:scope': 'deploy-all' } }],
    ['no tag of the scope', { ...good, tags: { 'token-broker:issuance': 'iss_01' } }],
    ['no tag of the issuance', { ...good, tags: { 'token-broker:scope': 'deploy-web' } }],
    ['another external id', { ...good, externalId: 'a-deployment-of-others' }],
    ['no external id', { sourceIdentity: 'acme-web' }],
    ['no source identity', { externalId: 'a-deployment-of-ours' }],
    ["another role of the broker's account", { ...good, principal: BROKER.replace('-sts', '-metadata') }],
    ['a role of another account', { ...good, principal: BROKER.replace('999900001111', '999900002222') }],
  ])('refuses %s', async (_, call) => {
    expect(await together(call)).toBe(false);
  });
});
