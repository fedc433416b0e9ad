/** Name of the tag that says where a secret may be sent. */
export const HOST_TAG = 'token-broker:host';

/** The host of an endpoint as a secret's tag names it: with its port if that is not 443. */
export function hostTagOf(endpoint: string): string {
  const { hostname, port, protocol } = new URL(endpoint);
  const actual = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return actual === '443' ? hostname : `${hostname}:${actual}`;
}
