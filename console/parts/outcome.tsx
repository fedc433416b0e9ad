import type { OutcomeName } from '../record.ts';

const SIGNS: Readonly<Record<OutcomeName, string>> = {
  issued: '✓',
  approved: '✓',
  denied: '✕',
  failed: '!',
  started: '…',
  erased: '×',
};

/** An outcome by its word, a sign and a colour: never by the colour alone. */
export const Outcome = ({ of }: { readonly of: OutcomeName }) => (
  <span class={`outcome ${of in SIGNS ? of : 'started'}`}>
    <span aria-hidden="true">{SIGNS[of]}</span> {of}
  </span>
);
