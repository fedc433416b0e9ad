import { expect, it } from '@jest/globals';
import { BASE, describeEdits, type Edit, edited, type Files, planned } from './edits.ts';

const DEPLOY = 'scopes/deploy.yaml';
const edits: readonly Edit[] = [
  [
    'another description',
    edited(DEPLOY, 'rolls', 'rolls the web'),
    ['changes | scope deploy | - | description is rolls the web instead of rolls'],
  ],
  [
    'an intent',
    edited(DEPLOY, 'limits:', 'requires: { intent: true }\nlimits:'),
    ['loses | scope deploy | - | an intent has to be stated'],
  ],
  [
    'a limit lowered',
    edited(DEPLOY, '60/1h', '30/1h'),
    ['loses | scope deploy | - | at most 30 in 1h for each principal, instead of 60 in 1h'],
  ],
  [
    'a limit raised',
    edited(DEPLOY, '60/1h', '60/30m'),
    ['gains | scope deploy | - | at most 60 in 30m for each principal, instead of 60 in 1h'],
  ],
  [
    'no limit',
    edited(DEPLOY, 'limits: { perPrincipal: 60/1h }\n', ''),
    ['gains | scope deploy | - | no limit for each principal'],
  ],
  [
    'a limit more',
    edited(DEPLOY, 'perPrincipal: 60/1h', 'perPrincipal: 60/1h, total: 1000/24h'),
    ['loses | scope deploy | - | at most 1000 in 24h for all together'],
  ],
  [
    'another audience of a token',
    edited('scopes/read.yaml', 'audience: https://api.example.com', 'audience: https://other.example.com'),
    ['changes | scope read | - | grant.audience is https://other.example.com instead of https://api.example.com'],
  ],
  [
    'another claim of a token',
    edited('scopes/read.yaml', 'team: data', 'team: web'),
    ['changes | scope read | - | grant.claims.team is web instead of data'],
  ],
  [
    'another kind of grant',
    edited(
      'scopes/read.yaml',
      '{ type: broker-token, audience: https://api.example.com, duration: 10m, claims: { team: data } }',
      '{ type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/read" }',
    ),
    [
      'changes | scope read | - | what it hands out is an AWS session of arn:aws:iam::111122223333:role/token-broker/read for 1h, with all that the role may, and was a broker token for https://api.example.com for 10m',
    ],
  ],
  [
    'a repository more',
    edited('scopes/code.yaml', '[web, api]', '[web, api, docs]'),
    ['gains | scope code | - | the repository docs'],
  ],
  [
    'a permission raised',
    edited('scopes/code.yaml', 'contents: read', 'contents: write'),
    ['gains | scope code | - | contents: write instead of read'],
  ],
];

describeEdits('what holds for whoever may have a scope', edits);

const withParameter = (values: string, more = '') =>
  edited(DEPLOY, 'limits:', `parameters: { stage: { values: [${values}]${more} } }\nlimits:`);
it.each<[string, Files, Files, readonly string[]]>([
  [
    'a value more',
    withParameter('a'),
    withParameter('a, b'),
    ['gains | scope deploy | - | the parameter stage may be b'],
  ],
  [
    'a value less',
    withParameter('a, b'),
    withParameter('b'),
    ['loses | scope deploy | - | the parameter stage may not be a any more'],
  ],
  ['a parameter more', BASE, withParameter('a'), ['changes | scope deploy | - | the parameter stage is new']],
  [
    'a default',
    withParameter('a'),
    withParameter('a', ', default: a'),
    ['changes | scope deploy | - | parameters.stage.default is a instead of nothing'],
  ],
])('an edit of a parameter: %s', async (_name, before, after, expected) => {
  expect(await planned(before, after)).toEqual(expected);
});
