import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { metadataOf } from '../identity/saml/idp.ts';
import { documentsOf, folderOf, ISSUER, NOW, problemsOf } from './folder-of.ts';

const METADATA = metadataOf('idp');
const SAML = `connection: saml
type: saml
metadata: ./idp.xml
entityId: https://broker.example.com/saml/saml
`;
const AWS = 'connection: tasks\ntype: aws-iam\naccounts: ["111122223333"]\n';

const saml = (text: string, metadata: string = METADATA) =>
  problemsOf({ 'connections/saml.yaml': text, 'connections/idp.xml': metadata });

describe('a SAML connection', () => {
  it('has its metadata document inlined and defaults written out', async () => {
    const { connections } = await documentsOf({ 'connections/saml.yaml': SAML, 'connections/idp.xml': METADATA });
    expect(connections).toEqual([
      {
        connection: 'saml',
        type: 'saml',
        metadata: METADATA,
        metadataUrl: null,
        entityId: 'https://broker.example.com/saml/saml',
        claims: {},
        signed: 'assertion',
        recipients: [],
        unsolicited: false,
        sha1: 'refuse',
        encryption: ['gcm'],
        require: [],
        principal: '${claims.nameId}',
        record: [],
        reuse: 'once',
        clockTolerance: 60,
      },
    ]);
  });

  it('warns of CBC, where it is listed', async () => {
    expect(await saml(`${SAML}encryption: [gcm]\n`)).toEqual([]);
    const warning = expect.stringMatching(/:\d+: warning: encryption\[1\]: CBC does not notice a change/);
    expect(await saml(`${SAML}encryption: [gcm, cbc]\n`)).toEqual([warning]);
  });

  it('warns of SHA-1', async () => {
    expect(await saml(`${SAML}sha1: accept\n`)).toEqual([expect.stringMatching(/warning: sha1: SHA-1/)]);
  });

  it.each([
    ['a metadata file that is not there', SAML.replace('idp.xml', 'none.xml'), /metadata: there is no file/],
    [
      'both metadata and metadataUrl',
      `${SAML}metadataUrl: https://idp.example/m\n`,
      /name either metadata or metadataUrl/,
    ],
    ['a cipher that is not known', `${SAML}encryption: [des]\n`, /encryption\[0\]: must be gcm or cbc/],
    ['no cipher at all', `${SAML}encryption: []\n`, /encryption: must not be empty/],
    ['neither', SAML.replace(/metadata.*\n/, ''), /metadata or metadataUrl is required/],
    [
      'metadata in plain http',
      SAML.replace('metadata: ./idp.xml', 'metadataUrl: http://idp.example/m'),
      /metadataUrl: must/,
    ],
    ['an alias of a derived name', `${SAML}claims: { nameId: mail }\n`, /claims.nameId: is a name that the broker/],
    ['another reuse', `${SAML}reuse: allow\n`, /reuse: an assertion is always taken once/],
    ['another signature', `${SAML}signed: none\n`, /signed: must be assertion or response/],
    ['a field of OIDC', `${SAML}audience: [x]\n`, /audience: is not a known field/],
    ['no entityId', SAML.replace(/entityId.*\n/, ''), /entityId: is required/],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await saml(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('publishes no file from outside of the configuration folder', async () => {
    const folder = folderOf({
      'inner/connections/saml.yaml': SAML.replace('./idp.xml', '../../idp.xml'),
      'idp.xml': METADATA,
    });
    const loaded = await loadConfiguration(`${folder}/inner`, { issuer: ISSUER, now: NOW });
    expect(loaded).toMatchObject({ problems: [{ field: 'metadata', message: expect.stringMatching(/outside/) }] });
  });

  it('shares its entity id only with other identity providers', async () => {
    const second = SAML.replace('connection: saml', 'connection: second');
    const files = { 'connections/saml.yaml': SAML, 'connections/idp.xml': METADATA, 'connections/idp2.xml': METADATA };
    expect(await problemsOf({ ...files, 'connections/second.yaml': second.replace('idp.xml', 'idp2.xml') })).toEqual([
      expect.stringMatching(/entityId: with this identity provider is taken/),
    ]);
    const other = METADATA.replaceAll('idp.example', 'other.example');
    const apart = {
      ...files,
      'connections/idp2.xml': other,
      'connections/second.yaml': second.replace('idp.xml', 'idp2.xml'),
    };
    expect(await problemsOf(apart)).toEqual([]);
    const later = second.replace('metadata: ./idp.xml', 'metadataUrl: https://idp.example/m');
    expect(await problemsOf({ ...files, 'connections/second.yaml': later })).toEqual([
      expect.stringMatching(/entityId/),
    ]);
  });
});

describe('an aws-iam connection', () => {
  it("expects the issuer's host as server id", async () => {
    const { connections } = await documentsOf({ 'connections/tasks.yaml': AWS });
    expect(connections).toMatchObject([{ serverId: 'broker.example.com', ecsRoles: [], reuse: 'allow' }]);
    const local = await documentsOf({ 'connections/tasks.yaml': AWS }, 'http://127.0.0.1:3000');
    expect(local.connections).toMatchObject([{ serverId: '127.0.0.1:3000' }]);
  });

  it.each([
    ['no accounts', AWS.replace(/accounts.*\n/, ''), /accounts: is required/],
    ['an empty list of accounts', AWS.replace('["111122223333"]', '[]'), /accounts: must not be empty/],
    ['an account of eleven digits', AWS.replace('111122223333', '11112222333'), /accounts\[0\]: must be twelve digits/],
    ['a role by its ARN', `${AWS}ecsRoles: ["arn:aws:iam::111122223333:role/x"]\n`, /ecsRoles\[0\]: is not the name/],
    ['a partition that is none', `${AWS}partition: aws-de\n`, /partition: must be aws, aws-cn or aws-us-gov/],
    ['a server id with a blank', `${AWS}serverId: a b\n`, /serverId/],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await problemsOf({ 'connections/tasks.yaml': text })).toEqual([expect.stringMatching(expected)]);
  });

  it('is of the deployment’s own partition unless it names another', async () => {
    const own = await documentsOf({ 'connections/tasks.yaml': AWS });
    expect(own.connections).toMatchObject([{ partition: null }]);
    const china = await documentsOf({ 'connections/tasks.yaml': `${AWS}partition: aws-cn\n` });
    expect(china.connections).toMatchObject([{ partition: 'aws-cn' }]);
  });

  it('shares no account and server id with another', async () => {
    const other = AWS.replace('connection: tasks', 'connection: other');
    expect(await problemsOf({ 'connections/tasks.yaml': AWS, 'connections/other.yaml': other })).toEqual([
      expect.stringMatching(/tasks\.yaml:3: accounts\[0\]: .*taken by the connection other/),
    ]);
  });
});
