import { useSyncExternalStore } from 'react';
import { auth } from './session.js';

/** Who is signed in; renders again when that changes, in whichever tab. */
export function useAuth() {
  return useSyncExternalStore(auth.subscribe, auth.getState);
}
