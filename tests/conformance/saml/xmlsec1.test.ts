/**
 * Assertions that xmlsec1 signs, pretty-printed and with prefixes declared elsewhere, so that canonicalization has work
 * to do.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IDP, SP, TOKEN_ENDPOINT } from '../../identity/saml/idp.ts';
import { verdict, verifyXml } from '../../identity/saml/verifying.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xmlsec1-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const key = (name: string): string => fileURLToPath(new URL(`../../identity/saml/keys/${name}.pem`, import.meta.url));

const template = (method: string, digest: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:unused="urn:unused"
    Version='2.0' ID="_r1" IssueInstant="2027-01-15T11:59:31Z" Destination="${TOKEN_ENDPOINT}">
  <saml:Issuer>${IDP}</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <saml:Assertion Version="2.0" ID="_a1" IssueInstant="2027-01-15T11:59:30Z">
    <saml:Issuer>${IDP}</saml:Issuer>
    <Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
      <SignedInfo>
        <CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        <SignatureMethod Algorithm="${method}"/>
        <Reference URI="#_a1">
          <Transforms>
            <Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
            <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">
              <ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/>
            </Transform>
          </Transforms>
          <DigestMethod Algorithm="${digest}"/>
          <DigestValue/>
        </Reference>
      </SignedInfo>
      <SignatureValue/>
      <KeyInfo><X509Data/></KeyInfo>
    </Signature>
    <saml:Subject>
      <saml:NameID>alice@example.com</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <saml:SubjectConfirmationData Recipient="${TOKEN_ENDPOINT}" NotOnOrAfter="2027-01-15T12:05:00Z"/>
      </saml:SubjectConfirmation>
    </saml:Subject>
    <saml:Conditions>
      <saml:AudienceRestriction><saml:Audience>${SP}</saml:Audience></saml:AudienceRestriction>
    </saml:Conditions>
    <saml:AttributeStatement>
      <saml:Attribute Name="mail">
        <saml:AttributeValue xsi:type="xs:string">Alice &lt;&#233;&gt;</saml:AttributeValue>
      </saml:Attribute>
    </saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>`;

function signedByXmlsec1(text: string, name: 'idp' | 'ec' | 'stranger'): string {
  const [unsigned, signed] = [join(folder, 'in.xml'), join(folder, 'out.xml')];
  writeFileSync(unsigned, text);
  const keys = ['--privkey-pem', `${key(`${name}.key`)},${key(`${name}.cert`)}`];
  const id = ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:assertion:Assertion'];
  execFileSync('xmlsec1', ['--sign', ...keys, ...id, '--output', signed, unsigned], { stdio: 'pipe' });
  return execFileSync('cat', [signed], { encoding: 'utf8' });
}

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

it.each([
  ['RSA-SHA256', `${MORE}rsa-sha256`, SHA256, 'idp', 'accepted'],
  ['RSA-SHA384', `${MORE}rsa-sha384`, `${MORE}sha384`, 'idp', 'accepted'],
  ['RSA-SHA512', `${MORE}rsa-sha512`, 'http://www.w3.org/2001/04/xmlenc#sha512', 'idp', 'accepted'],
  ['ECDSA-SHA256', `${MORE}ecdsa-sha256`, SHA256, 'ec', 'accepted'],
  ['another key', `${MORE}rsa-sha256`, SHA256, 'stranger', 'signature_invalid'],
] as const)('%s', async (_name, method, digest, name, expected) => {
  expect(await verdict(signedByXmlsec1(template(method, digest), name))).toBe(expected);
});

it('reads what was signed', async () => {
  const outcome = await verifyXml(signedByXmlsec1(template(`${MORE}rsa-sha256`, SHA256), 'idp'));
  expect(outcome.ok && outcome.value.claims.values.get('email')).toBe('Alice <é>');
});

describe('canonicalizes as xmlsec1 does', () => {
  const prefixes = ['p', 'q', 'x'] as const;
  const name = fc
    .tuple(fc.constantFrom('', 'p:', 'q:', 'x:'), fc.constantFrom('a', 'b'))
    .map(([ns, local]) => ns + local);
  /** Prefixes that mean one thing here and another there, and the default namespace too. */
  const declarations = fc
    .tuple(
      fc.subarray([...prefixes]),
      fc.constantFrom('urn:1', 'urn:2'),
      fc.constantFrom('', ' xmlns=""', ' xmlns="urn:3"'),
    )
    .map(([names, uri, own]) => names.map((each) => ` xmlns:${each}="${uri}"`).join('') + own);
  const written = fc.subarray([' b="1"', ' c="&#9;&quot;"', ' d=" \n"', ' p:d="&lt;"', ' x:e=">"']);
  const text = fc.constantFrom('', 'text', ' \n', '&lt;&amp;&#13;&gt;', 'é𝒜');
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc
      .tuple(
        name,
        declarations,
        written,
        fc.array(fc.tuple(text, fc.oneof({ maxDepth: 4 }, fc.constant(''), tie('tree')))),
      )
      .map(
        ([tag, declared, attributes, parts]) =>
          `<${tag}${declared}${attributes.join('')}>${parts.flat().join('')}</${tag}>`,
      ),
  }));

  it.each(fc.sample(tree, { seed: 15, numRuns: 40 }).map((each) => [each]))('%s', async (content) => {
    const outer = prefixes.map((each) => ` xmlns:${each}="urn:0"`).join('');
    const advice = `<saml:Advice${outer}>${content}</saml:Advice><saml:AttributeStatement>`;
    const xml = template(`${MORE}rsa-sha256`, SHA256).replace('<saml:AttributeStatement>', advice);
    expect(await verdict(signedByXmlsec1(xml.replace('PrefixList="xs"', 'PrefixList="xs p #default"'), 'idp'))).toBe(
      'accepted',
    );
  });
});
