import { useEffect, useState, type ReactNode } from 'react';
import type { Problem } from '../problem.js';

/** Whole seconds until a moment, counted down. */
export function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (moment === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? 0 : Math.max(0, Math.ceil((moment - now) / 1_000));
}

/** What went wrong; read out as soon as it appears. */
export function ProblemNotice({ problem }: { problem: Problem | null }) {
  const seconds = useSecondsUntil(problem?.retryAt ?? null);
  return (
    <div role="alert">
      {problem && (
        <p className="notice bad" data-code={problem.code}>
          {problem.message}
        </p>
      )}
      {problem && seconds > 0 && <p className="hint">You can try again in {seconds} s.</p>}
    </div>
  );
}

/** What has happened; read out when there is time. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <div role="status" aria-live="polite">
      {children && <p className="notice good">{children}</p>}
    </div>
  );
}
