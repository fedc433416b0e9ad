import { Parameters } from '../../../lib/http/parameters.ts';
import { Finding, type FuzzTarget } from '../target.ts';

/** The WHATWG's reader, which takes anything: where ours takes a form, both must read the same. */
export const target: FuzzTarget = {
  name: 'form',
  seeds: async () => [
    'grant_type=client_credentials&scope=reports%3Aread+reports%3Awrite',
    'a=1&a=2&b=&c&=d&e=%C3%A9',
    'subject_token=a.b.c&subject_token_type=urn:ietf:params:oauth:token-type:jwt&intent=roll%20web',
    'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=x%0A',
  ],
  check: async (given) => {
    // Text of an event was UTF-8: half of a surrogate pair is none.
    const input = given.toWellFormed();
    const outcome = Parameters.parse(input);
    if (!outcome.ok) return 'refused';
    const theirs = new URLSearchParams(`&${input}`);
    for (const name of new Set(theirs.keys())) {
      if (!outcome.value.has(name)) throw new Finding(`misses ${JSON.stringify(name)}`);
      const values = theirs.getAll(name).filter((value) => value !== '');
      if (JSON.stringify(outcome.value.all(name)) !== JSON.stringify(values)) {
        throw new Finding(`reads ${JSON.stringify(name)} as ${JSON.stringify(outcome.value.all(name))}`);
      }
    }
    return 'taken';
  },
};
