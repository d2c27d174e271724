/** How keys of a ring are named. */
export const KEY_ID = /^[a-z0-9]{1,8}$/;

/** Secrets of one purpose by id. New values use the active one; older ones still verify. */
export interface SecretVersions {
  activeId: string;
  ids: string[];
  /** The key that becomes the active one once every process knows it; null when none waits. */
  nextId?: string | null;
  /** @throws KeyRingError naming the id when it is unknown */
  get(id: string): Buffer;
  /** Reads the key ring anew where it can change under way. */
  reread?(): void;
}

/** Whether the key ring has this key; a ring that may have grown meanwhile is read once more before the answer is no. */
export function hasSecret(versions: SecretVersions, id: string): boolean {
  if (versions.ids.includes(id)) return true;
  versions.reread?.();
  return versions.ids.includes(id);
}
