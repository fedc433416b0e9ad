import type { ComponentChildren } from 'preact';
import { navigate } from '../navigation.ts';
import { addressOf, type View } from '../view.ts';

interface LinkProps {
  readonly to: View;
  readonly class?: string;
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

/** A link to a view: an address like any other, followed without loading the page anew. */
export const Link = ({ to, class: name, current = false, children }: LinkProps) => (
  <a
    href={addressOf(to)}
    class={name}
    aria-current={current ? 'page' : undefined}
    onClick={(event) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      navigate(to, 'push');
    }}
  >
    {children}
  </a>
);
