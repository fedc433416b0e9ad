import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { Reason } from '../../../lib/refusals/registry.ts';
import {
  AUDIENCE,
  CLAIMS,
  claimsText,
  ecKey,
  edKey,
  encode,
  HEADER,
  ISSUER,
  NOW,
  otherRsaKey,
  p384Key,
  rsaKey,
  signature,
  token,
} from './fixture.ts';

export type HostileToken = readonly [name: string, reason: Reason, token: string];

const withAlg = (alg: string) => ({ ...HEADER, alg });
const [H = '', P = '', S = ''] = token().split('.');
const signedBy = (alg: string, secret: string | Buffer): string => {
  const input = `${encode(JSON.stringify(withAlg(alg)))}.${P}`;
  return `${input}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest('base64url')}`;
};
const unsigned = (alg: string, more = ''): string => `${encode(JSON.stringify({ ...HEADER, alg }))}.${P}.${more}`;
const ecToken = (sig: Uint8Array): string =>
  `${encode(JSON.stringify({ ...HEADER, alg: 'ES256', kid: 'ec' }))}.${P}.${encode(sig)}`;
const attacker = { privateKey: otherRsaKey.privateKey, jwk: otherRsaKey.jwk };
const publicPem = createPublicKey({ key: { ...rsaKey.jwk }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
const claims = (reason: Reason, name: string, changed: Parameters<typeof token>[0]): HostileToken => [
  name,
  reason,
  token(changed),
];
const text = (name: string, reason: Reason, more: string, without: Record<string, undefined> = {}): HostileToken => [
  name,
  reason,
  token({ payloadText: claimsText(more, without) }),
];
const header = (name: string, reason: Reason, members: object): HostileToken => [
  name,
  reason,
  token({ headerText: JSON.stringify({ ...HEADER, ...members }) }),
];
const headerText = (name: string, written: string | Uint8Array): HostileToken => [
  name,
  'token_malformed',
  token({ headerText: written }),
];
/** The next character of the base64url alphabet, which differs in bits that no byte uses. */
const bumped = (part: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.slice(-1));
  return part.slice(0, -1) + alphabet.charAt(last + 1);
};
const flipped = (part: string): string => (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const pair = (left: Uint8Array, right: Uint8Array): Buffer => Buffer.concat([left, right]);
const zero = Buffer.alloc(32);
const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);
const weak = generateKeyPairSync('ed25519');

const algorithms: readonly HostileToken[] = [
  ...['none', 'None', 'NONE', 'nOnE', 'none '].map(
    (alg): HostileToken => [`alg ${JSON.stringify(alg)} without a signature`, 'algorithm_not_allowed', unsigned(alg)],
  ),
  ['alg none spelled with an escape', 'algorithm_not_allowed', `${encode('{"alg":"non\\u0065"}')}.${P}.`],
  ['alg none with the genuine signature', 'algorithm_not_allowed', unsigned('none', S)],
  ['alg empty', 'token_malformed', unsigned('')],
  ['alg HS256 with the RSA public key as PEM', 'algorithm_not_allowed', signedBy('HS256', publicPem)],
  ['alg HS384 with the RSA public key as PEM', 'algorithm_not_allowed', signedBy('HS384', publicPem)],
  ['alg HS512 with the modulus', 'algorithm_not_allowed', signedBy('HS512', String(rsaKey.jwk['n']))],
  ['alg HS256 with an empty secret', 'algorithm_not_allowed', signedBy('HS256', '')],
  ['alg rs256 in small letters', 'algorithm_not_allowed', token({ header: withAlg('rs256'), signedAs: 'RS256' })],
  ['alg with a final blank', 'algorithm_not_allowed', token({ header: withAlg('RS256 '), signedAs: 'RS256' })],
  ['alg with a NUL', 'algorithm_not_allowed', token({ header: withAlg('RS256\u0000'), signedAs: 'RS256' })],
  ['alg RS1', 'algorithm_not_allowed', token({ header: withAlg('RS1'), signedAs: 'RS256' })],
  ['alg RS512, which the connection does not list', 'algorithm_not_allowed', token({ header: withAlg('RS512') })],
  ['alg ES256K', 'algorithm_not_allowed', token({ header: withAlg('ES256K'), signedAs: 'RS256' })],
  [
    'alg that is a name of Object.prototype',
    'algorithm_not_allowed',
    token({ header: withAlg('constructor'), signedAs: 'RS256' }),
  ],
  ['alg __proto__', 'algorithm_not_allowed', token({ header: withAlg('__proto__'), signedAs: 'RS256' })],
  ['alg dir of an encrypted token in three parts', 'algorithm_not_allowed', unsigned('dir', S)],
  ['alg A128KW', 'algorithm_not_allowed', unsigned('A128KW', S)],
  [
    'alg PS256 over a PKCS #1 v1.5 signature',
    'signature_invalid',
    token({ header: withAlg('PS256'), signedAs: 'RS256' }),
  ],
  ['alg RS256 over a PSS signature', 'signature_invalid', token({ signedAs: 'PS256' })],
  ['alg ES256 with the RSA kid', 'key_unknown', token({ header: withAlg('ES256'), signedBy: ecKey })],
  ['alg RS256 with the EC kid', 'key_unknown', token({ header: { ...HEADER, kid: 'ec' } })],
  ['alg ES256 with the P-384 kid', 'key_unknown', token({ header: { alg: 'ES256', kid: 'p384' }, signedBy: p384Key })],
  ['alg ES384 with the P-256 kid', 'key_unknown', token({ header: { alg: 'ES384', kid: 'ec' }, signedBy: ecKey })],
  ['alg EdDSA with the EC kid', 'key_unknown', token({ header: { alg: 'EdDSA', kid: 'ec' }, signedBy: edKey })],
  [
    'alg ES256 signed with the P-384 key of no kid',
    'signature_invalid',
    token({ header: { alg: 'ES256' }, signedBy: p384Key }),
  ],
];

const keys: readonly HostileToken[] = [
  ['a key of the attacker under the known kid', 'signature_invalid', token({ signedBy: attacker })],
  ['a key of the attacker and no kid', 'signature_invalid', token({ header: { alg: 'RS256' }, signedBy: attacker })],
  ['an unknown kid', 'key_unknown', token({ header: { ...HEADER, kid: 'unknown' } })],
  ['an empty kid', 'key_unknown', token({ header: { ...HEADER, kid: '' } })],
  ['kid __proto__', 'key_unknown', token({ headerText: '{"alg":"RS256","kid":"__proto__"}' })],
  ['a kid with a path', 'key_unknown', token({ header: { ...HEADER, kid: '../../../dev/null' } })],
  ['a kid with SQL', 'key_unknown', token({ header: { ...HEADER, kid: "x' UNION SELECT 'key" } })],
  ['a kid in other letters', 'key_unknown', token({ header: { ...HEADER, kid: 'RSA' } })],
  ['an embedded jwk', 'signature_invalid', token({ header: { ...HEADER, jwk: attacker.jwk }, signedBy: attacker })],
  [
    'an embedded jwk and no kid',
    'signature_invalid',
    token({ header: { alg: 'RS256', jwk: attacker.jwk }, signedBy: attacker }),
  ],
  [
    'jku to the attacker',
    'signature_invalid',
    token({ header: { ...HEADER, jku: 'https://evil.example/jwks' }, signedBy: attacker }),
  ],
  [
    'x5u to the attacker',
    'signature_invalid',
    token({ header: { ...HEADER, x5u: 'https://evil.example/cert' }, signedBy: attacker }),
  ],
  ['x5c of the attacker', 'signature_invalid', token({ header: { ...HEADER, x5c: ['MIIB'] }, signedBy: attacker })],
  [
    'an Ed25519 key of the attacker',
    'signature_invalid',
    token({ header: { alg: 'EdDSA', kid: 'ed' }, signedBy: { ...edKey, privateKey: weak.privateKey } }),
  ],
];

const signatures: readonly HostileToken[] = [
  ['no signature', 'signature_invalid', `${H}.${P}.`],
  ['a changed payload', 'signature_invalid', `${H}.${encode(JSON.stringify({ ...CLAIMS, sub: 'admin' }))}.${S}`],
  ['a changed header', 'signature_invalid', `${encode(JSON.stringify({ ...HEADER, x: 1 }))}.${P}.${S}`],
  ['a changed signature', 'signature_invalid', `${H}.${P}.${flipped(S)}`],
  ['a signature one byte short', 'signature_invalid', `${H}.${P}.${encode(Buffer.from(S, 'base64url').subarray(1))}`],
  [
    'a signature with a zero before it',
    'signature_invalid',
    `${H}.${P}.${encode(pair(Buffer.alloc(1), Buffer.from(S, 'base64url')))}`,
  ],
  ['an ES256 signature r = s = 0', 'signature_invalid', ecToken(pair(zero, zero))],
  ['an ES256 signature r = s = 1', 'signature_invalid', ecToken(pair(one, one))],
  ['an ES256 signature r = 0', 'signature_invalid', ecToken(pair(zero, one))],
  ['an ES256 signature r = s = n', 'signature_invalid', ecToken(pair(order, order))],
  ['an ES256 signature of 64 bytes 0xff', 'signature_invalid', ecToken(Buffer.alloc(64, 0xff))],
  ['an empty ES256 signature', 'signature_invalid', ecToken(Buffer.alloc(0))],
  ['an ES256 signature in DER', 'signature_invalid', ecToken(Buffer.from('3006020101020101', 'hex'))],
  [
    'an Ed25519 signature of zeros',
    'signature_invalid',
    `${encode('{"alg":"EdDSA","kid":"ed"}')}.${P}.${encode(Buffer.alloc(64))}`,
  ],
  [
    'a signature of another token',
    'signature_invalid',
    `${H}.${P}.${token({ claims: { jti: 'other' } }).split('.')[2]}`,
  ],
];

const shapes: readonly HostileToken[] = [
  ['nothing', 'token_malformed', ''],
  ['one dot', 'token_malformed', '.'],
  ['two dots', 'token_malformed', '..'],
  ['one part', 'token_malformed', H],
  ['two parts', 'token_malformed', `${H}.${P}`],
  ['four parts', 'token_malformed', `${H}.${P}.${S}.`],
  ['five parts, as an encrypted token', 'token_malformed', `${H}.${P}.${S}.${P}.${S}`],
  ['a blank before it', 'token_malformed', ` ${H}.${P}.${S}`],
  ['a newline after it', 'token_malformed', `${H}.${P}.${S}\n`],
  ['a newline inside', 'token_malformed', `${H}.${P.slice(0, 40)}\n${P.slice(40)}.${S}`],
  ['quotes around it', 'token_malformed', `"${H}.${P}.${S}"`],
  ['Bearer before it', 'token_malformed', `Bearer ${H}.${P}.${S}`],
  ['padding after the payload', 'token_malformed', `${H}.${P}=.${S}`],
  ['padding after the signature', 'token_malformed', `${H}.${P}.${S}==`],
  ['a blank in the signature', 'token_malformed', `${H}.${P}.${S.slice(0, 9)} ${S.slice(9)}`],
  ['stray bits in the last character of the signature', 'token_malformed', `${H}.${P}.${bumped(S)}`],
  ['base64 instead of base64url', 'token_malformed', `${H}.${P}.${'+/'.repeat(171)}`],
  ['a dangling character', 'token_malformed', `${H}.${P}.${S}AAA`],
  ['a letter outside ASCII', 'token_malformed', `${H}.${P}.\u00e9${S.slice(1)}`],
  ['the JSON serialization', 'token_malformed', JSON.stringify({ protected: H, payload: P, signature: S })],
  ['20,001 characters', 'token_too_large', token().padEnd(20_001, 'A')],
  ['a million characters', 'token_too_large', 'A'.repeat(1_000_000)],
  ['a genuine token over 20,000 characters', 'token_too_large', token({ claims: { padding: 'x'.repeat(15_000) } })],
  ['a token cut off in the payload', 'token_malformed', token().slice(0, H.length + 30)],
  ['a token cut off in the signature', 'signature_invalid', `${H}.${P}.${S.slice(0, 40)}`],
];

const headers: readonly HostileToken[] = [
  headerText('a header that is not JSON', 'RS256'),
  headerText('a header that is a list', '[{"alg":"RS256"}]'),
  headerText('a header that is null', 'null'),
  headerText('a header with a byte order mark', '\ufeff{"alg":"RS256","kid":"rsa"}'),
  headerText('a header with alg twice', '{"alg":"none","alg":"RS256","kid":"rsa"}'),
  headerText('a header with alg twice, once escaped', '{"alg":"RS256","\\u0061lg":"none","kid":"rsa"}'),
  headerText('a header with kid twice', '{"alg":"RS256","kid":"x","kid":"rsa"}'),
  headerText('a header that is not UTF-8', Buffer.from('7b22616c67223a225253323536ff227d', 'hex')),
  headerText('a header without alg', '{"kid":"rsa"}'),
  headerText('text after the header', '{"alg":"RS256","kid":"rsa"}{}'),
  header('crit empty', 'header_not_allowed', { crit: [] }),
  header('crit exp', 'header_not_allowed', { crit: ['exp'], exp: NOW + 300 }),
  header('crit b64 false', 'header_not_allowed', { crit: ['b64'], b64: false }),
  header('crit null', 'header_not_allowed', { crit: null }),
  header('b64 false', 'header_not_allowed', { b64: false }),
  header('b64 true', 'header_not_allowed', { b64: true }),
  header('zip DEF', 'header_not_allowed', { zip: 'DEF' }),
  header('alg a list', 'header_not_allowed', { alg: ['RS256'] }),
  header('alg null', 'header_not_allowed', { alg: null }),
  header('alg true', 'header_not_allowed', { alg: true }),
  header('kid a number', 'header_not_allowed', { kid: 1 }),
  header('kid an object', 'header_not_allowed', { kid: { toString: 'rsa' } }),
  header('kid null', 'header_not_allowed', { kid: null }),
  header('typ a list', 'header_not_allowed', { typ: ['JWT'] }),
  header('jwk a string', 'header_not_allowed', { jwk: 'x' }),
  header('jku an object', 'header_not_allowed', { jku: {} }),
  header('x5c a string', 'header_not_allowed', { x5c: 'MIIB' }),
  header('typ at+jwt', 'type_mismatch', { typ: 'at+jwt' }),
  header('typ application/at+jwt', 'type_mismatch', { typ: 'application/at+jwt' }),
  header('typ dpop+jwt', 'type_mismatch', { typ: 'dpop+jwt' }),
  header('typ logout+jwt', 'type_mismatch', { typ: 'logout+jwt' }),
  header('typ secevent+jwt', 'type_mismatch', { typ: 'secevent+jwt' }),
  header('typ application/jwt/jwt', 'type_mismatch', { typ: 'application/jwt/jwt' }),
  header('typ empty', 'type_mismatch', { typ: '' }),
  header('typ JWT with a blank', 'type_mismatch', { typ: 'JWT ' }),
];

const json: readonly HostileToken[] = [
  ['a payload that is a list', 'token_malformed', token({ payloadText: JSON.stringify([CLAIMS]) })],
  ['a payload that is a string', 'token_malformed', token({ payloadText: '"claims"' })],
  ['an empty payload', 'token_malformed', token({ payloadText: '' })],
  ['a payload with a byte order mark', 'token_malformed', token({ payloadText: `\ufeff${JSON.stringify(CLAIMS)}` })],
  ['a payload in UTF-16', 'token_malformed', token({ payloadText: Buffer.from(JSON.stringify(CLAIMS), 'utf16le') })],
  [
    'a payload that is not UTF-8',
    'token_malformed',
    token({ payloadText: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]) }),
  ],
  text('sub twice', 'token_malformed', '"sub":"admin"'),
  text('sub twice, once escaped', 'token_malformed', '"\\u0073ub":"admin"'),
  text('aud twice', 'token_malformed', '"aud":"https://broker.example.com"'),
  text('exp twice', 'token_malformed', '"exp":9999999999'),
  text('a member twice in a nested object', 'token_malformed', '"x":{"a":1,"a":2}'),
  text('a member twice in an object of a list', 'token_malformed', '"x":[[{"a":1,"\\u0061":1}]]'),
  text('a lone high surrogate', 'token_malformed', '"x":"\\ud800"'),
  text('a lone low surrogate', 'token_malformed', '"x":"\\udc00a"'),
  text('a lone surrogate in a name', 'token_malformed', '"\\ud800":1'),
  text('a number that is not finite in a claim that nobody reads', 'token_malformed', '"x":1e400'),
  text('33 levels', 'token_malformed', `"x":${'['.repeat(32)}${']'.repeat(32)}`),
  text('thousands of levels', 'token_malformed', `"x":${'['.repeat(5000)}${']'.repeat(5000)}`),
  text('NaN', 'token_malformed', '"x":NaN'),
  text('a comment', 'token_malformed', '"x":1/**/'),
];

const text_of_times: readonly HostileToken[] = ['exp', 'nbf', 'iat'].flatMap((name): HostileToken[] => [
  text(`${name} 1e400`, 'token_malformed', `"${name}":1e400`, { [name]: undefined }),
  text(`${name} 1e308`, 'claims_invalid', `"${name}":1e308`, { [name]: undefined }),
  text(`${name} 2^63`, 'claims_invalid', `"${name}":9223372036854775808`, { [name]: undefined }),
  claims('claims_invalid', `${name} a second after year 9999`, { claims: { [name]: 253_402_300_800 } }),
  claims('claims_invalid', `${name} a string`, { claims: { [name]: String(NOW) } }),
  claims('claims_invalid', `${name} null`, { claims: { [name]: null } }),
  claims('claims_invalid', `${name} true`, { claims: { [name]: true } }),
  claims('claims_invalid', `${name} a list`, { claims: { [name]: [NOW] } }),
  claims('claims_invalid', `${name} an object`, { claims: { [name]: {} } }),
]);

const times: readonly HostileToken[] = [
  ...text_of_times,
  claims('claims_invalid', 'no exp', { claims: { exp: undefined } }),
  claims('expired', 'exp long ago', { claims: { exp: NOW - 3600, iat: NOW - 7200, nbf: NOW - 7200 } }),
  claims('expired', 'exp 0', { claims: { exp: 0, iat: undefined, nbf: undefined } }),
  claims('expired', 'exp negative', { claims: { exp: -1, iat: undefined, nbf: undefined } }),
  claims('not_yet_valid', 'nbf in an hour', { claims: { nbf: NOW + 3600, exp: NOW + 7200 } }),
  claims('not_yet_valid', 'iat in an hour', { claims: { iat: NOW + 3600, exp: NOW + 7200 } }),
  claims('claims_invalid', 'iat in milliseconds', { claims: { iat: NOW * 1000 } }),
  claims('not_yet_valid', 'all times in hundredths of a second', {
    claims: { iat: NOW * 100, nbf: NOW * 100, exp: NOW * 100 + 1 },
  }),
  claims('claims_invalid', 'exp in milliseconds', { claims: { exp: NOW * 1000 } }),
  claims('claims_invalid', 'exp before nbf', { claims: { nbf: NOW + 30, exp: NOW + 29 } }),
  claims('claims_invalid', 'exp before iat', { claims: { iat: NOW + 30, exp: NOW + 29 } }),
];

const names: readonly HostileToken[] = [
  claims('claims_invalid', 'no iss', { claims: { iss: undefined } }),
  claims('claims_invalid', 'iss a list', { claims: { iss: [ISSUER] } }),
  claims('claims_invalid', 'iss null', { claims: { iss: null } }),
  claims('claims_invalid', 'iss empty', { claims: { iss: '' } }),
  claims('issuer_unknown', 'iss with a final slash', { claims: { iss: `${ISSUER}/` } }),
  claims('issuer_unknown', 'iss in capitals', { claims: { iss: 'HTTPS://IDP.EXAMPLE.COM' } }),
  claims('issuer_unknown', 'iss with a longer host', { claims: { iss: `${ISSUER}.evil.example` } }),
  claims('issuer_unknown', 'iss with http', { claims: { iss: 'http://idp.example.com' } }),
  claims('issuer_unknown', 'iss of somebody else', { claims: { iss: 'https://evil.example' } }),
  claims('issuer_unknown', 'iss __proto__', { claims: { iss: '__proto__' } }),
  claims('claims_invalid', 'no sub', { claims: { sub: undefined } }),
  claims('claims_invalid', 'sub empty', { claims: { sub: '' } }),
  claims('claims_invalid', 'sub a number', { claims: { sub: 1 } }),
  claims('claims_invalid', 'sub null', { claims: { sub: null } }),
  claims('claims_invalid', 'sub a list', { claims: { sub: ['admin'] } }),
  claims('claims_invalid', 'sub an object', { claims: { sub: {} } }),
  claims('claims_invalid', 'sub with a newline', { claims: { sub: 'a\nb' } }),
  claims('claims_invalid', 'sub with a NUL', { claims: { sub: 'a\u0000b' } }),
  claims('claims_invalid', 'sub of 1,025 bytes', { claims: { sub: 'a'.repeat(1025) } }),
  claims('claims_invalid', 'jti a number', { claims: { jti: 7 } }),
  claims('claims_invalid', 'jti empty', { claims: { jti: '' } }),
];

const audiences: readonly HostileToken[] = [
  claims('audience_mismatch', 'no aud', { claims: { aud: undefined } }),
  claims('audience_mismatch', 'another aud', { claims: { aud: 'https://other.example' } }),
  claims('audience_mismatch', 'aud with a final slash', { claims: { aud: `${AUDIENCE}/` } }),
  claims('audience_mismatch', 'aud in capitals', { claims: { aud: AUDIENCE.toUpperCase() } }),
  claims('audience_mismatch', 'aud with a blank', { claims: { aud: ` ${AUDIENCE}` } }),
  claims('audience_mismatch', 'a prefix of the audience', { claims: { aud: AUDIENCE.slice(0, -1) } }),
  claims('audience_mismatch', 'two audiences in one string', { claims: { aud: `${AUDIENCE} https://other.example` } }),
  claims('audience_mismatch', 'ours among others', { claims: { aud: [AUDIENCE, 'https://other.example'] } }),
  claims('audience_mismatch', 'ours last', { claims: { aud: ['https://other.example', AUDIENCE] } }),
  claims('claims_invalid', 'aud an empty list', { claims: { aud: [] } }),
  claims('claims_invalid', 'aud empty', { claims: { aud: '' } }),
  claims('claims_invalid', 'aud null', { claims: { aud: null } }),
  claims('claims_invalid', 'aud a number', { claims: { aud: 1 } }),
  claims('claims_invalid', 'aud an object', { claims: { aud: { [AUDIENCE]: true } } }),
  claims('claims_invalid', 'aud with a number in it', { claims: { aud: [AUDIENCE, 1] } }),
  claims('claims_invalid', 'aud with null in it', { claims: { aud: [AUDIENCE, null] } }),
  claims('claims_invalid', 'aud a list in a list', { claims: { aud: [[AUDIENCE]] } }),
  claims('authorized_party_mismatch', 'azp and client_id disagree', { claims: { azp: 'a', client_id: 'b' } }),
  claims('authorized_party_mismatch', 'appid and cid disagree', { claims: { appid: 'a', cid: 'b' } }),
  claims('claims_invalid', 'azp a list', { claims: { azp: ['a'] } }),
  claims('requirement_not_met', 'another owner', { claims: { repository_owner_id: '7654321' } }),
  claims('requirement_not_met', 'no owner', { claims: { repository_owner_id: undefined } }),
  claims('requirement_not_met', 'the owner in a list', { claims: { repository_owner_id: ['1234567'] } }),
  claims('principal_invalid', 'no label', { claims: { repository: undefined } }),
  claims('principal_invalid', 'a label that is a list', { claims: { repository: ['acme/web'] } }),
];

/** Every token is one deviation from a genuine one, and each has the reason that it must get. */
export const HOSTILE_TOKENS: readonly HostileToken[] = [
  ...algorithms,
  ...keys,
  ...signatures,
  ...shapes,
  ...headers,
  ...json,
  ...times,
  ...names,
  ...audiences,
];

/** Against a mistake of this file: what is flipped in the table verifies unflipped. */
export const GENUINE_TOKENS: readonly (readonly [string, string])[] = [
  ['RS256', token()],
  ['PS256', token({ header: withAlg('PS256') })],
  ['ES256', token({ header: { alg: 'ES256', kid: 'ec' }, signedBy: ecKey })],
  ['ES384', token({ header: { alg: 'ES384', kid: 'p384' }, signedBy: p384Key })],
  ['EdDSA', token({ header: { alg: 'EdDSA', kid: 'ed' }, signedBy: edKey })],
  ['Ed25519', token({ header: { alg: 'Ed25519', kid: 'ed' }, signedBy: edKey })],
  ['no kid', token({ header: { alg: 'ES256' }, signedBy: ecKey })],
  ['no typ', token({ header: { alg: 'RS256', kid: 'rsa' } })],
  ['typ application/JWT', token({ header: { ...HEADER, typ: 'application/JWT' } })],
  ['a jku that nobody follows', token({ header: { ...HEADER, jku: 'https://evil.example/jwks' } })],
  ['the audience in a list', token({ claims: { aud: [AUDIENCE] } })],
  ['32 levels', token({ payloadText: claimsText(`"x":${'['.repeat(31)}${']'.repeat(31)}`) })],
  ['times with fractions', token({ claims: { iat: NOW - 0.5, exp: NOW + 299.5 } })],
  ['exp at the end of year 9999', token({ claims: { exp: 253_402_300_799 } })],
  [
    'ES256 by hand',
    ecToken(signature(`${encode(JSON.stringify({ ...HEADER, alg: 'ES256', kid: 'ec' }))}.${P}`, 'ES256', ecKey)),
  ],
];
