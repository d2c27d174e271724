import { AppError, type FieldErrors } from '../../src/errors.js';
import { emailAddress, flag, listOf, objectOf, secret, text } from '../../src/input/field-types.js';
import { optional, readFields, required, schemaOfFields } from '../../src/input/fields.js';

const SPEC = {
  email: required(emailAddress),
  password: required(secret(256)),
  profile: optional(objectOf({ full_name: optional(text({ max: 100 })) })),
  consents: optional(
    listOf(objectOf({ purpose: required(text({ max: 50, min: 1 })), granted: required(flag) }), 2),
  ),
};

function problemsOf(body: unknown): FieldErrors | undefined {
  try {
    readFields(body, SPEC);
  } catch (error) {
    if (error instanceof AppError && error.code === 'BAD_USER_INPUT') return error.fields;
    throw error;
  }
  return undefined;
}

test('reads nested fields and tells absent from null', () => {
  const body = { email: 'a@EXAMPLE.com', password: ' x ', profile: { full_name: null } };
  expect(readFields(body, SPEC)).toEqual({
    email: 'a@example.com',
    password: ' x ',
    profile: { full_name: null },
    consents: undefined,
  });
});

test('reports every problem at once, under the names of the body', () => {
  const body = {
    email: 'canary',
    profile: { full_name: 'a\0' },
    consents: [{ purpose: 'news', granted: 'yes' }],
  };
  expect(problemsOf(body)).toEqual({
    email: 'must be an e-mail address',
    password: 'is required',
    'profile.full_name': 'must not contain the character U+0000',
    'consents.0.granted': 'must be true or false',
  });
});

test('refuses fields that it does not know, and shows a name only when it is one', () => {
  const body = { email: 'a@example.com', password: 'x', is_admin: true, 'my secret value': 1 };
  expect(problemsOf(body)).toEqual({
    is_admin: 'is not a field of this request',
    '(unknown field)': 'is not a field of this request',
  });
});

test.each([[undefined], [null], [[]], ['text'], [5]])('refuses the body %j', (body) => {
  expect(problemsOf(body)).toEqual({ body: 'must be a JSON object' });
});

test('takes nothing from a prototype', () => {
  const body: object = Object.create({ email: 'a@example.com', password: 'x' });
  expect(problemsOf(body)).toEqual({ body: 'must be a JSON object' });
  expect(problemsOf(JSON.parse('{"__proto__":{"email":"a@example.com","password":"x"}}'))).toMatchObject({
    email: 'is required',
  });
});

test('bounds the number of problems that it reports', () => {
  const body = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, 1]));
  expect(Object.keys(problemsOf(body) ?? {})).toHaveLength(20);
});

test('describes itself as JSON Schema', () => {
  expect(schemaOfFields(SPEC)).toMatchObject({
    type: 'object',
    required: ['email', 'password'],
    additionalProperties: false,
    properties: { profile: { type: ['object', 'null'] } },
  });
});
