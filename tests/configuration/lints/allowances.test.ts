import { describe, expect, it } from '@jest/globals';
import { validateFolder } from '../../../lib/configuration/lints/validate.ts';
import { formatProblem } from '../../../lib/configuration/problem.ts';
import { BOT, folderOf, ISSUER, NOW, SESSION } from '../folder-of.ts';

const linesOf = (files: Readonly<Record<string, string>>, issuer: string | null = ISSUER): readonly string[] =>
  validateFolder(folderOf(files), { deployment: { issuer, now: NOW } }).problems.map(formatProblem);

const withRole = (role: string) => ({
  'clients/bot.yaml': BOT,
  'scopes/deploy.yaml': SESSION.replace('connection: partner', 'client: bot').replace(
    /roleArn: .*/,
    `roleArn: ${role}`,
  ),
});

const OUTSIDE = 'arn:aws:iam::111122223333:role/deploy';

describe('a comment', () => {
  it.each([
    ['on the line', `${OUTSIDE} # token-broker: allow role-path: its trust names it`],
    ['with more blanks', `${OUTSIDE}   #token-broker:  allow  role-path :  its trust names it`],
  ])('allows the warning %s', (_name, role) => {
    expect(linesOf(withRole(role))).toEqual([]);
  });

  it('allows the warning of the next line where it stands alone, whatever comments are between', () => {
    const files = withRole(OUTSIDE);
    const text = files['scopes/deploy.yaml'].replace(
      '  roleArn',
      '  # token-broker: allow role-path: its trust names it\n  # Older than the broker.\n  roleArn',
    );
    expect(linesOf({ ...files, 'scopes/deploy.yaml': text })).toEqual([]);
  });

  it.each([
    ['without a reason', `${OUTSIDE} # token-broker: allow role-path`, /allows role-path without a reason/],
    ['with an empty reason', `${OUTSIDE} # token-broker: allow role-path:  `, /allows role-path without a reason/],
    ['of another code', `${OUTSIDE} # token-broker: allow shared-role: why`, /there is no shared-role here/],
    ['in the text of a value', `"${OUTSIDE}" # a: "# token-broker: allow role-path: x"`, /is no allowance/],
  ])('does not allow it %s', (_name, role, also) => {
    const lines = linesOf(withRole(role));
    expect(lines).toContainEqual(expect.stringMatching(/\[role-path\]$/));
    expect(lines).toContainEqual(expect.stringMatching(also));
  });

  it('allows nothing of another line', () => {
    const files = withRole(OUTSIDE);
    const text = files['scopes/deploy.yaml'].replace('grant:', 'grant: # token-broker: allow role-path: why');
    expect(linesOf({ ...files, 'scopes/deploy.yaml': text })).toEqual([
      expect.stringMatching(/unused-allowance/),
      expect.stringMatching(/role-path\]$/),
    ]);
  });

  it('is no comment within a text of several lines', () => {
    const files = withRole('arn:aws:iam::111122223333:role/token-broker/deploy');
    const text = `${files['scopes/deploy.yaml']}description: |\n  # token-broker: allow role-path: x\n`;
    expect(linesOf({ ...files, 'scopes/deploy.yaml': text })).toEqual([]);
  });

  it('is not called unused where nobody looked: in a file with errors, or of audiences without an issuer', () => {
    const audience = `connection: partner
type: oidc
issuer: https://id.partner.example
audience: [https://old.example.com] # token-broker: allow audience-not-issuer: until the partner has moved
`;
    expect(linesOf({ 'connections/partner.yaml': audience }, null)).toEqual([]);
    expect(linesOf({ 'connections/partner.yaml': audience })).toEqual([]);
    const broken = audience.replace('https://id', 'ftp://id').replace('old.', 'broker.');
    expect(linesOf({ 'connections/partner.yaml': broken })).toEqual([expect.stringMatching(/\[bad-address\]$/)]);
  });
});
