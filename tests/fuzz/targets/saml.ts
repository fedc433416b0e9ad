import { readMetadata } from '../../../lib/identity/saml/metadata.ts';
import {
  assertionHalves,
  metadataOf,
  response,
  signature,
  signedAssertion,
  signedResponse,
  VALID,
} from '../../identity/saml/idp.ts';
import { verifyEncoded } from '../../identity/saml/verifying.ts';
import { Finding, type FuzzTarget } from '../target.ts';

const SIGNED = 'signed\n';
const METADATA = 'metadata\n';

/** `signed\nXML`: what follows the issuer of an assertion, which is signed here as it stands. */
function documentOf(input: string): string {
  if (!input.startsWith(SIGNED)) return input;
  const [before] = assertionHalves();
  const behind = input.slice(SIGNED.length);
  return response(before + signature(before + behind, VALID.id) + behind);
}

/** Who the genuine documents name: nobody else may come of one that was changed. */
const NAMED = 'alice@example.com';

export const target: FuzzTarget = {
  name: 'saml',
  seeds: async () => {
    const [, behind] = assertionHalves();
    return [
      SIGNED + behind,
      response(signedAssertion()),
      signedAssertion(),
      response(signedAssertion({}, { key: 'ec', method: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256' })),
      signedResponse(signedAssertion(), {}),
      signedResponse(signedAssertion(), {
        status: '<samlp:Status><samlp:StatusCode Value="x"></samlp:StatusCode></samlp:Status>',
      }),
      METADATA + metadataOf('idp', 'ec'),
    ];
  },
  check: async (input) => {
    if (input.startsWith(METADATA)) {
      return typeof readMetadata(input.slice(METADATA.length)) === 'object' ? 'taken' : 'refused';
    }
    const document = documentOf(input);
    const outcome = await verifyEncoded(Buffer.from(document).toString('base64'));
    if (!outcome.ok) return 'refused';
    if (input.startsWith(SIGNED)) return 'taken';
    if (outcome.value.subject !== NAMED) throw new Finding(`names ${JSON.stringify(outcome.value.subject)}`);
    const { values } = outcome.value.claims;
    const seen = JSON.stringify([values.get('groups'), values.get('email')]);
    const signed = JSON.stringify([['deployers', 'admins'], NAMED]);
    const single = JSON.stringify([['deployers', 'admins'], [NAMED]]);
    if (seen !== signed && seen !== single) throw new Finding(`takes ${seen} from what nobody signed`);
    return 'taken';
  },
};
