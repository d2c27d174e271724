import { badInput } from '../errors.js';
import { parseEmailAddress } from './email-address.js';
import { readFields, schemaOfFields, type FieldSpec, type FieldType, type FieldValues } from './fields.js';
import { parseHttpUrl } from './http-url.js';
import { parseJsonObject, type JsonObject } from './json-object.js';
import { parsePhoneNumber } from './phone-number.js';
import { MAX_TEXT_LENGTH, parseRawText, parseText, type TextOptions } from './text.js';
import { parseUuid } from './uuid.js';

export const emailAddress: FieldType<string> = {
  parse: parseEmailAddress,
  schema: { type: 'string', format: 'email', maxLength: 254 },
};

export const phoneNumber: FieldType<string> = {
  parse: parsePhoneNumber,
  schema: { type: 'string', pattern: '^\\+[1-9][0-9]{6,14}$', description: 'E.164' },
};

export const httpUrl: FieldType<string> = {
  parse: parseHttpUrl,
  schema: { type: 'string', format: 'uri', maxLength: 2048, description: 'http or https' },
};

export const uuid: FieldType<string> = { parse: parseUuid, schema: { type: 'string', format: 'uuid' } };

export const flag: FieldType<boolean> = {
  parse(value, field) {
    if (typeof value !== 'boolean') throw badInput(field, 'must be true or false');
    return value;
  },
  schema: { type: 'boolean' },
};

/** One of these words. */
export function oneOf<const T extends string>(words: readonly T[]): FieldType<T> {
  return {
    parse(value, field) {
      const word = words.find((each) => each === value);
      if (word === undefined) throw badInput(field, `must be one of ${words.join(', ')}`);
      return word;
    },
    schema: { type: 'string', enum: words },
  };
}

/** A text that people read: trimmed, NFC, no control characters. */
export function text(options: TextOptions = {}): FieldType<string> {
  return {
    parse: (value, field) => parseText(value, field, options),
    schema: { type: 'string', minLength: options.min ?? 0, maxLength: options.max ?? MAX_TEXT_LENGTH },
  };
}

/**
 * A password or token: kept as it was sent, never trimmed; at most `max` code points. What GraphQL takes as well has
 * the limit of every string there, so that both give the same answer: the service's.
 */
export function secret(max = MAX_TEXT_LENGTH): FieldType<string> {
  return {
    parse: (value, field) => parseRawText(value, field, max),
    schema: { type: 'string', maxLength: max, format: 'password' },
  };
}

/** A JSON object of at most `maxBytes` bytes. */
export function jsonObject(maxBytes: number): FieldType<JsonObject> {
  return {
    parse: (value, field) => parseJsonObject(value, field, maxBytes),
    schema: { type: 'object', additionalProperties: true },
  };
}

/** A list of at most `max` values of one type. */
export function listOf<T>(type: FieldType<T>, max: number): FieldType<T[]> {
  return {
    parse(value, field) {
      if (!Array.isArray(value)) throw badInput(field, 'must be a list');
      if (value.length > max) throw badInput(field, `must have at most ${max} entries`);
      return value.map((item, index) => type.parse(item, `${field}.${index}`));
    },
    schema: { type: 'array', items: type.schema, maxItems: max },
  };
}

/** An object with fields of its own. */
export function objectOf<S extends FieldSpec>(spec: S): FieldType<FieldValues<S>> {
  return { parse: (value, field) => readFields(value, spec, field), schema: schemaOfFields(spec) };
}
