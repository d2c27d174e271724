import { GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';
import { badInput } from '../../errors.js';
import { parseDateTime } from '../../input/date-time.js';
import { parseEmailAddress } from '../../input/email-address.js';
import { parseHttpUrl } from '../../input/http-url.js';
import { parseJsonObject, type JsonObject } from '../../input/json-object.js';
import { parsePhoneNumber } from '../../input/phone-number.js';

// The parsers throw AppError(BAD_USER_INPUT) naming this field; input-errors.ts puts the real path in its place.
const FIELD = 'value';

const MAX_JSON_BYTES = 64 * 1024;

/** A scalar that is text in JSON: one parser for variables and literals. */
function textScalar<T>(
  name: string,
  description: string,
  parse: (value: unknown, field: string) => T,
  serialize: (value: unknown) => string,
): GraphQLScalarType<T, string> {
  return new GraphQLScalarType<T, string>({
    name,
    description,
    serialize,
    parseValue: (value) => parse(value, FIELD),
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined, FIELD),
  });
}

// What goes out was checked when it came in; checking again would turn an old row into an error.
function serializeString(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A text scalar was given something else.');
  return value;
}

export const EmailAddress = textScalar(
  'EmailAddress',
  'An e-mail address: trimmed, in Unicode NFC, its domain in lower case. Compared case-insensitively.',
  parseEmailAddress,
  serializeString,
);

export const PhoneNumber = textScalar(
  'PhoneNumber',
  'A telephone number in E.164 form: `+`, then 7 to 15 digits.',
  parsePhoneNumber,
  serializeString,
);

/** GraphQL's `URL`; named so that it does not hide the platform's class. */
export const URLScalar = textScalar(
  'URL',
  'An absolute http or https URL without credentials, at most 2048 characters.',
  parseHttpUrl,
  serializeString,
);

export const DateTime = textScalar(
  'DateTime',
  'A moment in RFC 3339 form; always UTC with milliseconds when it goes out: `2026-11-23T15:04:05.123Z`.',
  parseDateTime,
  (value) => {
    if (!(value instanceof Date)) throw new TypeError('DateTime was given something other than a Date.');
    return value.toISOString();
  },
);

export const JSONObject = new GraphQLScalarType<JsonObject, JsonObject>({
  name: 'JSONObject',
  description: 'A JSON object, nested at most 20 levels deep.',
  serialize: (value) => value as JsonObject,
  parseValue: (value) => parseJsonObject(value, FIELD, MAX_JSON_BYTES),
  parseLiteral(node, variables) {
    // Variables inside a literal would arrive unchecked: the literal is read before they are.
    if (variables === undefined && containsVariable(node))
      throw badInput(FIELD, 'must be one variable or none');
    return parseJsonObject(valueFromASTUntyped(node, variables), FIELD, MAX_JSON_BYTES);
  },
});

function containsVariable(node: ValueNode): boolean {
  if (node.kind === Kind.VARIABLE) return true;
  if (node.kind === Kind.LIST) return node.values.some(containsVariable);
  return node.kind === Kind.OBJECT && node.fields.some((field) => containsVariable(field.value));
}
