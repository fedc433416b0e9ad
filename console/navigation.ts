import { useEffect, useState } from 'preact/hooks';
import { addressOf, readView, type View } from './view.ts';

const listeners = new Set<() => void>();

/**
 * Goes to a view. `push`: a step that the browser's back button takes back. `replace`: a part of the step before, for
 * example the next letter of a filter.
 */
export function navigate(view: View, how: 'push' | 'replace'): void {
  const address = addressOf(view);
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  for (const listener of listeners) listener();
}

export const currentAddress = (): string => `${location.pathname}${location.search}${location.hash}`;

/** The view that the address names now. */
export function useView(): View {
  const [, setAddress] = useState(currentAddress());
  useEffect(() => {
    const listener = (): void => setAddress(currentAddress());
    listeners.add(listener);
    window.addEventListener('popstate', listener);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('popstate', listener);
    };
  }, []);
  return readView(location);
}
