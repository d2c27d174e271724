import { AppError, badInput, type FieldErrors } from '../errors.js';
import { isPlainObject } from './json-object.js';

/** A JSON Schema (2020-12), as OpenAPI 3.1 uses it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How one kind of value is read from JSON and described in OpenAPI. `parse` throws badInput(field, …). */
export interface FieldType<T> {
  parse(value: unknown, field: string): T;
  schema: JsonSchema;
}

/** One field of a request body: its type, and whether it may be absent or null. */
export interface Field<T> {
  type: FieldType<unknown>;
  required: boolean;
  nullable: boolean;
  /** Never set: carries the type that readFields() gives the field. */
  readonly value?: T;
}

export type FieldSpec = Readonly<Record<string, Field<unknown>>>;

type ValueOf<F> = F extends Field<infer T> ? T : never;

/** What readFields() returns for a spec: absent optional fields are undefined. */
export type FieldValues<S extends FieldSpec> = { [K in keyof S]: ValueOf<S[K]> };

/** A field that must be there and not null. */
export function required<T>(type: FieldType<T>): Field<T> {
  return { type, required: true, nullable: false };
}

/** A field that may be absent (undefined) or null (null), which callers may tell apart. */
export function optional<T>(type: FieldType<T>): Field<T | null | undefined> {
  return { type, required: false, nullable: true };
}

/**
 * Reads a decoded JSON body field by field and reports every problem at once. Fields that the spec does not
 * name are refused, named by their first 50 characters only where those are an ordinary identifier.
 *
 * @throws AppError BAD_USER_INPUT with one entry a field, named as the client wrote it, never a value
 */
export function readFields<S extends FieldSpec>(body: unknown, spec: S, prefix = ''): FieldValues<S> {
  if (!isPlainObject(body)) throw badInput(prefix === '' ? 'body' : prefix, 'must be a JSON object');
  const path = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`);
  const problems = new Map<string, string>();
  for (const name of Object.keys(body)) {
    if (!Object.hasOwn(spec, name)) problems.set(path(printableName(name)), 'is not a field of this request');
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(spec)) {
    try {
      values[name] = readField(Object.hasOwn(body, name) ? body[name] : undefined, field, path(name));
    } catch (error) {
      if (!(error instanceof AppError) || !error.fields) throw error;
      for (const [at, problem] of Object.entries(error.fields)) problems.set(at, problem);
    }
  }
  if (problems.size > 0) throw new AppError('BAD_USER_INPUT', { fields: fieldErrors(problems) });
  return values as FieldValues<S>;
}

function readField(value: unknown, field: Field<unknown>, path: string): unknown {
  if (value === undefined) {
    if (field.required) throw badInput(path, 'is required');
    return undefined;
  }
  if (value === null) {
    if (!field.nullable) throw badInput(path, 'must not be null');
    return null;
  }
  return field.type.parse(value, path);
}

/** Up to 20 problems, as an object without a prototype to trip over. */
function fieldErrors(problems: Map<string, string>): FieldErrors {
  return Object.fromEntries([...problems].slice(0, 20));
}

/** A name that the client made up, fit to be shown: someone may have put a value where a name belongs. */
function printableName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]{0,49}$/.test(name) ? name : '(unknown field)';
}

/** The JSON Schema of a body with these fields. */
export function schemaOfFields(spec: FieldSpec): JsonSchema {
  const entries = Object.entries(spec);
  const names = entries.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, schemaOfField(field)])),
    ...(names.length > 0 ? { required: names } : {}),
    additionalProperties: false,
  };
}

function schemaOfField({ type, nullable }: Field<unknown>): JsonSchema {
  if (!nullable) return type.schema;
  return { ...type.schema, type: [type.schema['type'] as string, 'null'] };
}
