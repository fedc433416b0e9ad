import { expect, it } from '@jest/globals';
import { refusalEntry, refusals } from '../../lib/refusals/registry.ts';
import { isFinal } from '../../lib/sign-in/device/refuse-device.ts';

const reasons = Object.keys(refusals).filter((reason) => reason in refusals) as (keyof typeof refusals)[];

it('lets a device wait on through whatever trying again may mend', () => {
  const mends = ['outage', 'idp-outage', 'provider-outage', 'provider', 'limit', 'not-yet', 'expired-proof', 'pending'];
  const told = reasons.filter((reason) => isFinal({ reason }) && mends.includes(refusalEntry(reason).class));
  expect(told).toEqual([]);
});

it.each([
  ...(['sign_in_provider_error', 'saml_status', 'requirement_not_met', 'audience_mismatch'] as const),
  ...(['not_allowed', 'condition_error', 'groups_overage', 'target_mismatch'] as const),
])('tells a device of %s', (reason) => {
  expect(isFinal({ reason })).toBe(true);
});

it.each([
  'sign_in_unknown',
  'sign_in_other_browser',
  'replayed',
  'sign_in_nonce_mismatch',
  'saml_in_response_to',
] as const)('does not take %s for the word of whoever signs in', (reason) => {
  expect(isFinal({ reason })).toBe(false);
});
