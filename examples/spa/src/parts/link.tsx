import type { MouseEvent, ReactNode } from 'react';
import { goTo, usePath } from '../use-path.js';

/** A link within the application. */
export function Link({ to, children }: { to: string; children: ReactNode }) {
  const path = usePath();
  function follow(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goTo(to);
  }
  return (
    <a href={to} onClick={follow} aria-current={path === to ? 'page' : undefined}>
      {children}
    </a>
  );
}
