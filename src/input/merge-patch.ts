import { isPlainObject, type JsonValue } from './json-object.js';

/**
 * JSON Merge Patch (RFC 7396 §2): members of `patch` replace those of `target`, null removes, objects merge.
 * Neither argument is changed. Members are defined, never assigned, so a `__proto__` in either stays a plain member.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isPlainObject(patch)) return patch;
  const merged = new Map<string, JsonValue>(isPlainObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
