/** The built-in scope whose tokens see and decide. */
export const APPROVALS_SCOPE = 'broker:approvals';
