import type { Problem } from '../problem.js';
import { useSecondsUntil } from './notice.js';

interface SubmitProps {
  children: string;
  busy: boolean;
  problem?: Problem | null;
  /** It does what cannot be undone for ever. */
  isDangerous?: boolean;
}

/** The button of a form: not while it is under way, nor before the server wants to hear of it again. */
export function Submit({ children, busy, problem, isDangerous = false }: SubmitProps) {
  const seconds = useSecondsUntil(problem?.retryAt ?? null);
  return (
    <button
      type="submit"
      className={isDangerous ? 'primary danger' : 'primary'}
      disabled={busy || seconds > 0}
    >
      {busy ? 'One moment …' : children}
    </button>
  );
}
