/** By these one person is known at every connection, where a scope names no others (`personClaims`). */
export const PERSON_CLAIMS: readonly string[] = ['email'];
