/** Each target's module, from the root, and its share of a run. */
export const TARGETS = {
  jwt: { path: 'tests/fuzz/targets/jwt.ts', share: 3 },
  saml: { path: 'tests/fuzz/targets/saml.ts', share: 4 },
  'aws-iam': { path: 'tests/fuzz/targets/aws-iam.ts', share: 2 },
  'strict-json': { path: 'tests/fuzz/targets/strict-json.ts', share: 1 },
  'http-answer': { path: 'tests/fuzz/targets/http-answer.ts', share: 1 },
  form: { path: 'tests/fuzz/targets/form.ts', share: 1 },
} as const;

export type TargetName = keyof typeof TARGETS;
