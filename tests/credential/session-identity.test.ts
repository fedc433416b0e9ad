import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { awsSessionRequest } from '../../lib/credential/aws-session.ts';
import { actorTag, sessionTags } from '../../lib/credential/session-tags.ts';
import { actorOf, grantedOf, ISSUANCE, inputOf, NOW, principalOf, sessionGrant } from './grant-fixtures.ts';

const text = fc.string({ unit: 'binary', maxLength: 300 });
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);
const same = (a: readonly unknown[], b: readonly unknown[]) => JSON.stringify(a) === JSON.stringify(b);

describe('the tag of an actor', () => {
  const wellFormed = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((value) => value.isWellFormed());
  const actor = fc.oneof(
    fc.tuple(name, wellFormed).map(([connection, subject]) => ({ connection, client: null, subject })),
    name.map((client) => ({ connection: null, client, subject: client })),
  );

  it('is a value that STS takes, and never begins with aws:', () => {
    fc.assert(
      fc.property(actor, (who) => {
        const value = actorTag(who);
        return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u.test(value) && !/^aws:/i.test(value);
      }),
    );
  });

  it('is one for one actor and another for another', () => {
    // No connection is called `client` (contract section 2).
    const real = actor.filter(({ connection }) => connection !== 'client');
    fc.assert(
      fc.property(real, real, (a, b) => (actorTag(a) === actorTag(b)) === same(Object.values(a), Object.values(b))),
    );
  });

  test.each([
    ['github', 'repo:acme/web:ref:refs/heads/main', 'github:repo:acme/web:ref:refs/heads/main'],
    [null, 'release-agent', 'client:release-agent'],
    ['okta', 'Zoë <z@acme.com>', 'okta:Zo=C3=AB=20=3Cz@acme.com=3E'],
    ['okta', 'a=3Ab', 'okta:a=3D3Ab'],
    ['okta', '', 'okta:'],
    ['aws', 'x', 'aws=3Ax'],
    ['okta', 'x'.repeat(251), `okta:${'x'.repeat(251)}`],
    [
      'okta',
      'x'.repeat(252),
      // printf 'x%.0s' {1..252} | sha256sum
      'okta:=sha256:d4e4680fda132078b04db757a09faeee1e9824a84057a627f366d0bd317f01b0',
    ],
  ])('of %s %s reads %s', (connection, subject, value) => {
    const client = connection === null ? subject : null;
    expect(actorTag({ connection, client, subject })).toBe(value);
  });
});

describe('the tags of a session', () => {
  const tag = (key: string, value = 'v') => ({ key, value });
  const many = (count: number) => Array.from({ length: count }, (_, index) => tag(`k${index}`));
  test.each<[string, boolean, { key: string; value: string }[]]>([
    ['48 beside the two of the broker', true, many(48)],
    ['49 beside them', false, many(49)],
    ['an empty value', true, [tag('k', '')]],
    ['256 characters', true, [tag('k', 'v'.repeat(256))]],
    ['257 characters', false, [tag('k', 'v'.repeat(257))]],
    ['a value with a comma', false, [tag('k', 'a,b')]],
    ['a value with a newline', false, [tag('k', 'a\n')]],
    ['an empty key', false, [tag('')]],
    ['a key of 128 characters', true, [tag('k'.repeat(128))]],
    ['a key of 129 characters', false, [tag('k'.repeat(129))]],
    ['a key of the broker', false, [tag('token-broker:scope')]],
    ['a key of the broker in capitals', false, [tag('Token-Broker:Actor')]],
    ['a key of AWS', false, [tag('aws:PrincipalArn')]],
    ['keys that differ by case alone', false, [tag('Team'), tag('team')]],
  ])('with %s are taken: %s', (_name, taken, theirs) => {
    const outcome = sessionTags(ISSUANCE, 'deploy-web', null, theirs);
    expect(outcome.ok).toBe(taken);
    if (!outcome.ok) expect(outcome.refusal.reason).toBe('template_value');
  });
});

describe('nothing that a caller sends widens what is asked of STS', () => {
  const grant = {
    ...sessionGrant,
    tags: { ref: '${claims.ref}' },
    policy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${claims.ref}/x' }],
    },
  };

  it('whatever claims, subject, actor, client and duration are', () => {
    fc.assert(
      fc.property(text, text, text, fc.option(fc.double()), (ref, subject, actorSubject, duration) => {
        const input = inputOf({
          principal: principalOf('github', subject),
          actor: actorOf('okta', null, actorSubject),
          requestedDuration: duration as never,
        });
        const lookup = (key: string) => (key === 'claims.ref' ? ref : undefined);
        const outcome = awsSessionRequest(grantedOf('aws-session', grant, { lookup }), input, 'external');
        if (!outcome.ok)
          return ['template_value', 'duration_out_of_range', 'policy_too_large'].includes(outcome.refusal.reason);
        const asked = outcome.value.input;
        const policy = JSON.parse(asked.policy ?? '');
        expect({ ...asked, policy, sourceIdentity: null, tags: asked.tags.map(({ key }) => key), duration: 0 }).toEqual(
          {
            roleArn: grant.roleArn,
            sessionName: ISSUANCE,
            duration: 0,
            externalId: 'external',
            policy: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::b/${ref}/x` }],
            },
            policyArns: [],
            tags: ['token-broker:issuance', 'token-broker:scope', 'token-broker:actor', 'ref'],
            transitiveTagKeys: ['token-broker:issuance', 'token-broker:scope', 'token-broker:actor'],
            sourceIdentity: null,
          },
        );
        return (
          /^[A-Za-z0-9_.@=+-]+$/.test(ref) &&
          asked.tags.slice(0, 2).every(({ value }) => [ISSUANCE, 'deploy-web'].includes(value)) &&
          asked.duration >= 900 &&
          asked.duration <= grant.maxDuration &&
          outcome.value.expires <= NOW / 1000 + asked.duration + 5
        );
      }),
      {
        numRuns: 500,
        examples: [
          ['main', 's', 'a', null],
          ['*', 's', 'a', null],
          ['a/../..', 's', 'a', 1800],
        ],
      },
    );
  });
});
