import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Parameters } from '../parameters.ts';

/**
 * RFC 8707 section 2: `resource` is an absolute URI without a fragment. `audience` is any name (RFC 8693 section 2.1).
 */
export function readTargets(form: Parameters): Outcome<readonly string[]> {
  const resources = form.all('resource');
  if (!resources.every((resource) => URL.canParse(resource) && !resource.includes('#'))) {
    return refuse('target_mismatch', { detail: 'resource must be an absolute URI without a fragment.' });
  }
  return accept([...resources, ...form.all('audience')]);
}
