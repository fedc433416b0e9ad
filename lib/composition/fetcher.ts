import type { Settings } from '../host/settings.ts';
import type { Fetcher } from '../ports/documents.ts';

/**
 * Fetches documents of others. Loaded with its guard of addresses and its decoders when first needed: most cold starts
 * find the keys of others in the keys table.
 */
export function liveFetcher({ loopback }: Pick<Settings, 'loopback'>): Fetcher {
  let loaded: Promise<Fetcher> | null = null;
  const load = async (): Promise<Fetcher> => {
    const { httpFetcher } = await import('../host/fetcher.ts');
    return httpFetcher({ loopback });
  };
  return {
    fetch: async (request, signal) => {
      loaded ??= load();
      return (await loaded).fetch(request, signal);
    },
  };
}
