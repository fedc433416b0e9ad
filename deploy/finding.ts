/** What one look at the account came to. */
export interface Finding {
  /** `error`: the deployment would fail, late. `warning`: it succeeds, and something else will not. */
  readonly level: 'ok' | 'warning' | 'error';
  /** One sentence. */
  readonly says: string;
  /** What to do about it. */
  readonly fix?: string;
}

export const fine = (says: string): Finding => ({ level: 'ok', says });
export const warn = (says: string, fix: string): Finding => ({ level: 'warning', says, fix });
export const fail = (says: string, fix: string): Finding => ({ level: 'error', says, fix });

/** The stable code of an error of the AWS SDK (`ResourceNotFoundException`); empty for anything else. */
export const codeOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Whether something exists: `ask` is expected to throw one of `absent` where it does not. */
export async function exists(ask: () => Promise<unknown>, absent: readonly string[]): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (absent.includes(codeOf(error))) return false;
    throw error;
  }
}
