import type { HttpAnswer } from '../http-answer.ts';

/** The four routes of signing in (contract section 3). */
export type SignInRoute = 'authorize' | 'metadata' | 'login' | 'acs';

/** Which of them a path is. The gateway sends no other path here. */
export function signInRoute(path: string): SignInRoute {
  const last = path.replace(/\/$/, '').split('/').at(-1);
  return last === 'metadata' || last === 'login' || last === 'acs' ? last : 'authorize';
}

const METADATA_MAX_AGE_SECONDS = 3_600;

/** SAML metadata, which is the same for everybody (SAML metadata appendix A: its media type). */
export const metadataAnswer = (document: string, requestId: string): HttpAnswer => ({
  statusCode: 200,
  headers: {
    'content-type': 'application/samlmetadata+xml',
    'cache-control': `public, max-age=${METADATA_MAX_AGE_SECONDS}`,
    'strict-transport-security': 'max-age=63072000',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  },
  body: document,
});
