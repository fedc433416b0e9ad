/** The private claim of a broker token that says what it came of. Its name is the broker's own; no scope can set it. */
export const LINEAGE_CLAIM = 'token_broker';
