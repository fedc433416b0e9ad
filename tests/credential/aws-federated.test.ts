import { describe, expect, it, test } from '@jest/globals';
import { awsFederatedGranter } from '../../lib/credential/aws-federated.ts';
import type { Granted, GrantInput } from '../../lib/credential/grant.ts';
import type { Proof } from '../../lib/identity/principal.ts';
import { refuse } from '../../lib/outcome.ts';
import type { AwsFederatedGrant } from '../../lib/policy/grants/aws-federated.ts';
import { seconds } from '../../lib/time.ts';
import { federatedGrant, grantedOf, ISSUANCE, inputOf, recordingSessions, session } from './grant-fixtures.ts';

const forever = new AbortController().signal;
const samlGrant = {
  ...federatedGrant,
  via: 'saml' as const,
  principalArn: 'arn:aws:iam::111122223333:saml-provider/okta',
};
const samlProof = (document: string): Proof => ({ kind: 'saml', document, at: { kind: 'endpoint' } });

async function mint(
  grant: AwsFederatedGrant = federatedGrant,
  more: Partial<GrantInput & Pick<Granted<'aws-federated'>, 'lookup'>> = {},
  answer?: Parameters<typeof recordingSessions>[0],
) {
  const { sessions, asked } = recordingSessions(answer);
  const prepared = awsFederatedGranter(sessions).prepare(grantedOf('aws-federated', grant, more), inputOf(more));
  const minted = prepared.ok ? await prepared.value.mint(forever) : prepared;
  return { prepared, minted, asked };
}

describe('a web identity', () => {
  it("goes to STS as it came, for the grant's role alone", async () => {
    const { minted, asked } = await mint();
    expect(asked).toEqual([
      {
        action: 'assumeRoleWithWebIdentity',
        input: {
          roleArn: federatedGrant.roleArn,
          sessionName: ISSUANCE,
          duration: 3600,
          token: 'header.payload.signature',
          policy: null,
          policyArns: [],
        },
      },
    ]);
    expect(minted).toMatchObject({
      ok: true,
      value: { credential: { roleArn: federatedGrant.roleArn, sourceIdentity: null }, secret: { session } },
    });
  });

  it('is recorded before it goes, without the proof', async () => {
    const { prepared } = await mint();
    expect(prepared).toMatchObject({ ok: true, value: { planned: { roleArn: federatedGrant.roleArn } } });
    expect(JSON.stringify(prepared)).not.toContain('header.payload');
  });

  it('is narrowed by the session policy of the scope', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${claims.sub}' }],
    };
    const lookup = (key: string) => (key === 'claims.sub' ? 'me' : undefined);
    const { asked } = await mint({ ...federatedGrant, policy }, { lookup });
    expect(asked[0]?.input).toMatchObject({ policy: expect.stringContaining('arn:aws:s3:::b/me"') });
  });
});

describe('what is narrowed', () => {
  const own = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  const asked = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] };
  const arns = ['arn:aws:iam::aws:policy/ReadOnlyAccess'];
  const narrowing = { policy: null, policyArns: [], parameters: {} };

  it.each<
    [string, Pick<Partial<typeof federatedGrant>, 'policy'>, GrantInput['narrowing'], object | undefined, object | null]
  >([
    ['nothing', {}, null, undefined, null],
    ['nothing, beside the policy of the grant', { policy: own }, null, undefined, own],
    ['by a parameter alone', { policy: own }, { ...narrowing, parameters: { env: 'x' } }, undefined, own],
    ['by a policy', {}, { ...narrowing, policy: asked }, asked, asked],
    ['by a policy below the one of the grant', { policy: own }, { ...narrowing, policy: asked }, asked, asked],
    ['by ARNs alone', {}, { ...narrowing, policyArns: arns }, undefined, null],
  ])('is recorded, before and after, and what an approval is of: %s', async (_, more, by, recorded, policy) => {
    const { prepared, minted } = await mint({ ...federatedGrant, ...more }, { narrowing: by });
    const { planned, bound } = prepared.ok ? prepared.value : { planned: null, bound: () => null };
    const credential = minted.ok ? minted.value.credential : null;
    expect([planned?.policy, credential?.policy]).toEqual([recorded, recorded]);
    expect([planned, credential].map((each) => Object.hasOwn(each ?? {}, 'policy'))).toEqual(
      Array(2).fill(recorded !== undefined),
    );
    expect(bound()).toEqual({
      ...{ roleArn: federatedGrant.roleArn, via: 'web-identity', policy },
      policyArns: by?.policyArns ?? [],
    });
  });

  it('is not, where STS refuses', async () => {
    const refusal = refuse('role_refused', { log: { errorCode: 'AccessDenied' } });
    expect((await mint(federatedGrant, {}, refusal)).minted).toEqual(refusal);
  });
});

describe('a session policy that cannot be rendered', () => {
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${claims.team}/x' };
  const policy = { Version: '2012-10-17', Statement: [statement] };

  it.each([
    ['a value that is missing', undefined],
    ['a value that would widen it', '*'],
    ['several values', ['a', 'b']],
  ])('refuses for %s: the role is not had without its policy', async (_name, value) => {
    for (const grant of [federatedGrant, samlGrant]) {
      const proof = grant.via === 'saml' ? { proof: samlProof('PHg+') } : {};
      const { minted, asked } = await mint({ ...grant, policy }, { ...proof, lookup: () => value });
      expect(minted).toMatchObject({ ok: false, refusal: { reason: 'template_value' } });
      expect(asked).toEqual([]);
    }
  });
});

describe('a SAML response', () => {
  const document = Buffer.from('<Response>ÿ?</Response>').toString('base64');

  it.each([
    ['base64', document],
    ['base64url', Buffer.from('<Response>ÿ?</Response>').toString('base64url')],
  ])('goes to STS in base64, sent as %s', async (_name, sent) => {
    const { asked } = await mint(samlGrant, { proof: samlProof(sent) });
    expect(asked).toEqual([
      {
        action: 'assumeRoleWithSaml',
        input: {
          roleArn: samlGrant.roleArn,
          principalArn: samlGrant.principalArn,
          duration: 3600,
          assertion: document,
          policy: null,
          policyArns: [],
        },
      },
    ]);
  });
});

test.each<[string, typeof federatedGrant, Partial<GrantInput>, string]>([
  ['no proof, where the client is the subject', federatedGrant, { proof: null }, 'proof_type_unsupported'],
  ['a SAML response for a web identity', federatedGrant, { proof: samlProof('PHg+') }, 'proof_type_unsupported'],
  ['no proof for SAML', samlGrant, { proof: null }, 'proof_type_unsupported'],
  ['a JWT for SAML', samlGrant, {}, 'proof_type_unsupported'],
  ['a signed AWS request', federatedGrant, { proof: { kind: 'aws-iam', envelope: 'e30' } }, 'proof_type_unsupported'],
  ['899 s', federatedGrant, { requestedDuration: seconds(899) }, 'duration_out_of_range'],
  ['more than maxDuration', federatedGrant, { requestedDuration: seconds(43_201) }, 'duration_out_of_range'],
  [
    'a policy beside the ARNs of the grant',
    { ...federatedGrant, policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
    { narrowing: { policy: { Version: '2012-10-17' }, policyArns: [], parameters: {} } },
    'policy_not_narrower',
  ],
])('%s reaches nobody', async (_name, grant, more, reason) => {
  const { minted, asked } = await mint(grant, more);
  expect(minted).toMatchObject({ ok: false, refusal: { reason } });
  expect(asked).toEqual([]);
});
