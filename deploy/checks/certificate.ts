import { type ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import type { Deployment } from '../deployment.ts';
import { codeOf, type Finding, fail, fine, warn } from '../finding.ts';

const MONTH_MS = 30 * 86_400_000;

/** `*.example.com` covers one label (RFC 6125 section 6.4.3). */
const covers = (name: string, domain: string): boolean =>
  name === domain || (name.startsWith('*.') && name.slice(1) === domain.slice(domain.indexOf('.')));

/** API Gateway takes a certificate of its own Region that is issued, for this name. */
export async function checkCertificate(acm: ACMClient, of: Deployment, now: number): Promise<readonly Finding[]> {
  const { DomainName: domain = '', CertificateArn: arn = '' } = of.parameters;
  if (domain === '') return [];
  if (arn === '') return [fail('DomainName has no certificate.', 'Give --certificate.')];
  const [, , , region] = arn.split(':');
  if (region !== of.region) {
    return [
      fail(
        `The certificate is in ${region}, the deployment in ${of.region}.`,
        'Request one in the Region of the deployment.',
      ),
    ];
  }
  let found: Awaited<ReturnType<typeof describe>>;
  try {
    found = await describe(acm, arn);
  } catch (error) {
    if (codeOf(error) !== 'ResourceNotFoundException') throw error;
    return [fail('There is no such certificate in this account.', 'Look at `aws acm list-certificates`.')];
  }
  if (found.Status !== 'ISSUED') {
    return [
      fail(`The certificate is ${found.Status}, not ISSUED.`, 'Make the record of its validation, and wait for it.'),
    ];
  }
  const names = [found.DomainName ?? '', ...(found.SubjectAlternativeNames ?? [])];
  if (!names.some((name) => covers(name, domain))) {
    return [fail(`The certificate is not for ${domain}.`, 'Request one for that name.')];
  }
  const end = found.NotAfter?.getTime() ?? Number.POSITIVE_INFINITY;
  if (end < now + MONTH_MS && found.RenewalEligibility !== 'ELIGIBLE') {
    return [
      warn('The certificate ends within 30 days and is not renewed.', 'Import the next one, or let ACM issue it.'),
    ];
  }
  return [fine(`The certificate for ${domain} is issued, in ${of.region}.`)];
}

async function describe(acm: ACMClient, arn: string) {
  const { Certificate: certificate = {} } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
  return certificate;
}
