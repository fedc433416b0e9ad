import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseTemplate } from '../../local/gateway/intrinsics.ts';
import { template } from './document.ts';

type Parameters = Readonly<Record<string, string>>;
interface Rule {
  readonly RuleCondition: unknown;
  readonly Assertions: readonly { readonly Assert: unknown; readonly AssertDescription: string }[];
}
const { Rules: rules } = parseTemplate(readFileSync('template.yaml', 'utf8')) as { Rules: Record<string, Rule> };

/** The functions that CloudFormation has in rules ("Rule-specific intrinsic functions"), of those that stand here. */
function holds(expression: unknown, parameters: Parameters): boolean {
  const [[name, value] = ['', null]] = Object.entries(Object(expression));
  const text = (one: unknown): string =>
    typeof one === 'object' && one !== null ? (parameters[(one as { Ref: string }).Ref] ?? '') : String(one);
  const list = value as readonly unknown[];
  switch (name) {
    case 'Fn::Equals':
      return text(list[0]) === text(list[1]);
    case 'Fn::Not':
      return !holds(list[0], parameters);
    case 'Fn::And':
      return list.every((one) => holds(one, parameters));
    case 'Fn::Or':
      return list.some((one) => holds(one, parameters));
    case 'Fn::Contains':
      return (list[0] as readonly unknown[]).map(text).includes(text(list[1]));
    default:
      throw new Error(`not a function of rules: ${name}`);
  }
}

const broken = (parameters: Parameters): readonly string[] =>
  Object.values(rules).flatMap(({ RuleCondition: condition, Assertions: assertions }) =>
    holds(condition, parameters)
      ? assertions.flatMap(({ Assert, AssertDescription }) => (holds(Assert, parameters) ? [] : [AssertDescription]))
      : [],
  );

const whole = {
  DomainName: 'broker.example.com',
  CertificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/0',
  Issuer: '',
  WarmCredentials: '0',
  MintConcurrency: '0',
  ProbeClient: '',
  ProbeScope: '',
  ProbeRefusedScope: '',
};
const probe = { ProbeClient: 'probe', ProbeScope: 'probe', ProbeRefusedScope: 'deploy' };

describe('the rules of the template', () => {
  it('let a whole set of parameters pass', () => {
    expect(broken(whole)).toEqual([]);
    expect(broken({ ...whole, ...probe })).toEqual([]);
    expect(broken({ ...whole, DomainName: '', CertificateArn: '', Issuer: 'https://a.example.com' })).toEqual([]);
  });

  it.each<[string, Partial<typeof whole>]>([
    ['a domain without its certificate', { CertificateArn: '' }],
    ['a domain and an issuer', { Issuer: 'https://broker.example.com' }],
    ['neither a domain nor an issuer', { DomainName: '' }],
    ['a probe without a client', { ...probe, ProbeClient: '' }],
    ['a probe without a scope to get', { ...probe, ProbeScope: '' }],
    ['a probe without a scope to be refused', { ...probe, ProbeRefusedScope: '' }],
  ])('refuse %s', (_, given) => {
    expect(broken({ ...whole, ...given })).toHaveLength(1);
  });

  const values = (name: string): string[] =>
    ((template.Parameters[name]?.['AllowedValues'] ?? []) as number[]).map(String);

  it('refuse more warm instances than a minting function may have at all', () => {
    expect(values('WarmCredentials').length).toBeGreaterThan(5);
    for (const WarmCredentials of values('WarmCredentials')) {
      for (const MintConcurrency of values('MintConcurrency')) {
        const fits = MintConcurrency === '0' || Number(WarmCredentials) <= Number(MintConcurrency);
        const problems = broken({ ...whole, WarmCredentials, MintConcurrency });
        expect([WarmCredentials, MintConcurrency, problems.length]).toEqual([
          WarmCredentials,
          MintConcurrency,
          fits ? 0 : 1,
        ]);
      }
    }
  });
});
