/** Characters that a stored secret has at least; a shorter one is found by trying, and authenticates nobody. */
export const LEAST_SECRET_CHARACTERS = 16;

/** In characters as a person counts them, not in UTF-16 units. */
export const isLongEnough = (secret: string): boolean => [...secret].length >= LEAST_SECRET_CHARACTERS;

/** The names and values that the console of Secrets Manager makes of a secret; what it is stored for is within it. */
export function isJson(secret: string): boolean {
  if (!secret.startsWith('{')) return false;
  try {
    JSON.parse(secret);
    return true;
  } catch {
    return false;
  }
}
