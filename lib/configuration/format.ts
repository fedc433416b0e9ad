/**
 * What the stored documents may say. A release that gives a document a new meaning raises it: a function reads its own
 * format and those before it, and refuses a configuration of a later one (`configuration_format`) rather than overlook
 * what it does not know. 1: until rules had a place and a mode; its pointers do not state it. 3: a scope may demand
 * an approval. 4: an issuance before it, and how much of it may be alive at once. 5: a grant may get an ID-JAG.
 */
export const CONFIGURATION_FORMAT = 5;
