/** What one look found: it is right, or what is wrong and what mends it, or why it could not be looked at. */
export type Finding =
  | { readonly check: string; readonly status: 'ok'; readonly message: string }
  | { readonly check: string; readonly status: 'wrong'; readonly message: string; readonly fix: string }
  | { readonly check: string; readonly status: 'skipped'; readonly message: string };

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message });
export const wrong = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'wrong',
  message,
  fix,
});
export const skipped = (check: string, message: string): Finding => ({ check, status: 'skipped', message });

/** What somebody else said, fit for a terminal. */
export const shown = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
