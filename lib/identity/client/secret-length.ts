/** Characters that a stored secret has at least; a shorter one is found by trying, and authenticates nobody. */
export const LEAST_SECRET_CHARACTERS = 16;

/** In characters as a person counts them, not in UTF-16 units. */
export const isLongEnough = (secret: string): boolean => [...secret].length >= LEAST_SECRET_CHARACTERS;
