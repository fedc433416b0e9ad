import { useState } from 'preact/hooks';

const SAID_MS = 2_000;
const MOST_ROWS = 24;

/** A text to take along, with a button that takes it. */
export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('The browser does not let this page copy');
    }
    setTimeout(() => setSaid(''), SAID_MS);
  };
  return (
    <div class="copy">
      <textarea readOnly spellcheck={false} aria-label={label} rows={Math.min(MOST_ROWS, text.split('\n').length)}>
        {text}
      </textarea>
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>
      <span role="status" class="quiet">
        {said}
      </span>
    </div>
  );
}
