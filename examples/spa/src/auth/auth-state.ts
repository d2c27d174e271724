import type { AuthProblem } from './auth-error.js';

/** What an application shows by; replaced, never changed, so that it can be compared by identity. */
export type AuthState =
  /** Not known yet whether somebody is signed in. */
  | { status: 'starting'; problem: AuthProblem | null }
  /** Another `sessionId` is another sign-in, perhaps of somebody else: drop what was cached. */
  | { status: 'signed-in'; sessionId: string; problem: AuthProblem | null }
  /** `reason`: the code that ended the session; null when nobody was signed in, or the person signed out. */
  | { status: 'signed-out'; reason: string | null };

/** Holds the state and tells whoever listens of each change. */
export function createAuthStore() {
  let state: AuthState = { status: 'starting', problem: null };
  const listeners = new Set<() => void>();

  function set(next: AuthState): void {
    if (isSame(state, next)) return;
    state = next;
    for (const listener of listeners) listener();
  }

  return {
    get: (): AuthState => state,
    set,
    /** Notes a problem, or that there is none, beside what is known. */
    note(problem: AuthProblem | null): void {
      if (state.status !== 'signed-out') set({ ...state, problem });
    },
    /** Calls after each change, until the returned function is called. */
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function isSame(one: AuthState, other: AuthState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
