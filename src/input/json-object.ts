import { badInput } from '../errors.js';
import { findBrokenCharacter } from './text.js';

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

const MAX_DEPTH = 20;
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether `value` is an object made by `{}`, JSON.parse or Object.create(null). */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/**
 * A JSON object, safe to store and to merge: no key `__proto__`, `constructor` or `prototype` at any depth,
 * at most 20 levels, no NUL (which PostgreSQL's jsonb refuses) and no lone surrogate in any string.
 *
 * @param maxBytes the most bytes that its JSON text may have in UTF-8
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function parseJsonObject(value: unknown, field: string, maxBytes = 16 * 1024): JsonObject {
  if (!isPlainObject(value)) throw badInput(field, 'must be a JSON object');
  const problem = findProblem(value, 1);
  if (problem) throw badInput(field, problem);
  if (Buffer.byteLength(JSON.stringify(value)) > maxBytes) {
    throw badInput(field, `must have at most ${maxBytes} bytes as JSON`);
  }
  return value as JsonObject;
}

function findProblem(value: unknown, depth: number): string | null {
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'string') return findBrokenCharacter(value);
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'must contain finite numbers only';
  if (depth > MAX_DEPTH) return `must be nested at most ${MAX_DEPTH} levels deep`;
  if (Array.isArray(value)) return firstProblem(value, depth + 1);
  if (!isPlainObject(value)) return 'must be a JSON object';
  const keys = Object.keys(value);
  if (keys.some((key) => UNSAFE_KEYS.has(key)))
    return 'must not contain the keys __proto__, constructor, prototype';
  return firstProblem(keys, depth) ?? firstProblem(Object.values(value), depth + 1);
}

function firstProblem(values: unknown[], depth: number): string | null {
  for (const value of values) {
    const problem = findProblem(value, depth);
    if (problem) return problem;
  }
  return null;
}
