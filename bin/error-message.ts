/**
 * What an error says of itself, in one text; errors of Node's own may come from another realm, so that no class tells
 * them.
 */
export function errorMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return 'failed';
  return typeof error.message === 'string' && error.message !== '' ? error.message : 'failed';
}
