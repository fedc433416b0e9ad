import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { corpusPath } from '../corpus.ts';
import { filesUnder, judge, keysUnder, messageIn } from './judge.ts';

const FOLDERS = [
  'crewjam-saml',
  'gosaml2',
  'node-saml',
  'omniauth-saml',
  'php-saml',
  'pysaml2',
  'python3-saml',
  'ruby-saml',
  'saml-raider-cve',
  'samlify',
  'ssoready',
  'xml-crypto',
] as const;

type Folder = (typeof FOLDERS)[number];
type Verdicts = ReadonlyMap<string, string>;

const verdicts = new Map<Folder, Verdicts>();

async function judgeFolder(folder: Folder): Promise<Verdicts> {
  const root = corpusPath(`saml/${folder}`);
  const keys = keysUnder(root);
  const found = new Map<string, string>();
  for (const path of filesUnder(root)) {
    const xml = messageIn(readFileSync(path));
    if (xml !== null) found.set(relative(root, path), await judge(xml, keys));
  }
  return found;
}

beforeAll(async () => {
  for (const folder of FOLDERS) verdicts.set(folder, await judgeFolder(folder));
});

const countsOf = (folder: Folder): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const reason of [...(verdicts.get(folder)?.values() ?? [])].sort()) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};

const EXPECTED: Record<Folder, Record<string, number>> = JSON.parse(
  readFileSync(new URL('./expected.json', import.meta.url), 'utf8'),
);

describe('documents of others, judged as generously as can be', () => {
  it.each(FOLDERS)('%s: so many accepted, so many refused, and why', (folder) => {
    expect(countsOf(folder)).toEqual(EXPECTED[folder]);
  });

  /** Attacks by name, whose documents are hostile whatever the settings. */
  it.each([
    ['crewjam-saml', /XswPermutation/, 9],
    ['pysaml2', /xsw\/|hmac/, 7],
    ['php-saml', /attack|multiple_assertions|wrapped_response/, 4],
    ['python3-saml', /attack|multiple_assertions|wrapped_response/, 4],
    ['ruby-saml', /attack|wrapped|eval|multiple_assertions|multiple_signed|concealed|doubled/, 12],
    ['saml-raider-cve', /exploit/, 4],
    ['samlify', /attack|invalid/, 2],
    ['node-saml', /attacker|multiple-root|signatures\/invalid/, 18],
    ['xml-crypto', /wrap|multiple_signed_info|digest_comment/, 4],
  ] as const)('%s: no attack is accepted (%s)', (folder, names, atLeast) => {
    const attacks = [...(verdicts.get(folder) ?? [])].filter(([name]) => names.test(name));
    expect(attacks.filter(([, verdict]) => verdict === 'accepted')).toEqual([]);
    expect(attacks.length).toBeGreaterThanOrEqual(atLeast);
  });
});

describe('real identity providers (ssoready), with their own clock and entity id', () => {
  const folder = 'saml/ssoready/internal/saml/testdata';
  const judged = (kind: string, name: string): Promise<string> => {
    const at = (file: string): string => corpusPath(`${folder}/${kind}/${name}/${file}`);
    const params: { sp_entity_id: string; now: string } = JSON.parse(readFileSync(at('params.json'), 'utf8'));
    // Keycloak's clock was two seconds ahead.
    const known = { entityId: params.sp_entity_id, now: params.now, clockTolerance: 60 };
    const metadata = readFileSync(at('metadata.xml'), 'utf8');
    const entityId = /entityID="([^"]*)"/.exec(metadata)?.[1] ?? '';
    return judge(readFileSync(at('assertion.xml'), 'utf8'), keysUnder(corpusPath(`${folder}/${kind}/${name}`)), {
      ...known,
      idpEntityId: entityId,
    });
  };

  it.each(['adfs', 'google', 'jumpcloud', 'keycloak', 'okta', 'ping'])('accepts %s', async (name) => {
    expect(await judged('assertions', name)).toBe('accepted');
  });

  it.each([
    ['bad-assertion-expired-early', 'not_yet_valid'],
    ['bad-assertion-expired-late', 'expired'],
    ['bad-assertion-utf8', 'saml_not_xml'],
    ['bad-certificate', 'signature_invalid'],
    ['bad-digest-algorithm', 'algorithm_not_allowed'],
    ['bad-idp-entity-id', 'saml_issuer_mismatch'],
    ['bad-signature-algorithm', 'algorithm_not_allowed'],
    ['bad-sp-entity-id', 'audience_mismatch'],
    ['no-certificate', 'signature_invalid'],
    ['unsigned-assertion', 'signature_invalid'],
  ])('refuses %s', async (name, reason) => {
    expect(await judged('bad-assertions', name)).toBe(reason);
  });
});
