import { useEffect, useRef, type ReactNode } from 'react';

/** A page under its heading, which gets the focus unless an input has it: whoever hears the page learns that it has changed. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Your account`;
    if (!document.activeElement?.matches('input')) heading.current?.focus();
  }, [title]);
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
    </>
  );
}
