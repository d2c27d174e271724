/** Secrets of one purpose by id. New values use the active one; older ones still verify. */
export interface SecretVersions {
  activeId: string;
  ids: string[];
  /** @throws KeyRingError naming the id when it is unknown */
  get(id: string): Buffer;
}
