import type { SignedIn } from '../../../sign-in/settle-sign-in.ts';
import type { HttpAnswer } from '../../http-answer.ts';
import { consentPage } from './consent-page.ts';
import { signedInPage } from './signed-in-page.ts';

/** The page for somebody who has just signed in: what they are asked, or who they are here. */
export const signedInAnswer = ({ principal, question }: SignedIn, requestId: string): HttpAnswer =>
  question === null ? signedInPage(principal, requestId) : consentPage(principal, question, requestId);
