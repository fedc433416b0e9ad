import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Parameters } from '../parameters.ts';

/** No control character and none that turns the direction of what is shown beside it: people read it. */
const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]{1,1000}$/u;

/**
 * RFC 8707 section 2: `resource` is an absolute URI without a fragment. `audience` is any name (RFC 8693 section 2.1).
 */
export function readTargets(form: Parameters): Outcome<readonly string[]> {
  const resources = form.all('resource');
  if (!resources.every((resource) => URL.canParse(resource) && !resource.includes('#'))) {
    return refuse('target_mismatch', { detail: 'resource must be an absolute URI without a fragment.' });
  }
  const targets = [...resources, ...form.all('audience')];
  if (targets.every((target) => NAME.test(target))) return accept(targets);
  return refuse('target_mismatch', { detail: 'resource and audience have up to 1000 printable characters each.' });
}
