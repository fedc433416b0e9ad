/** A list of scopes: names with one blank between them (RFC 6749 section 3.3). */
export const SCOPE_LIST = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
