import { randomUUID } from 'node:crypto';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import { createApiSchema } from '../../src/app/schema.js';
import type { Access } from '../../src/security/rights/access.js';
import { permissionsOf, type Role } from '../../src/security/rights/permissions.js';
import type { FullServer } from '../setup/full-server.js';
import { signInAs, type Person } from './staff.js';

const schema = createApiSchema();

/** Every field of every object type of the schema. */
export const FIELDS = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('_'))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type: type.name, field })));

/** The fields of one type. */
export const fieldsOf = (type: string) =>
  FIELDS.filter((each) => each.type === type).map(({ field }) => field);

/** A valid value for an argument, so that what answers is the right and not the input. */
function valueFor(given: GraphQLInputType): unknown {
  const type = getNullableType(given);
  if (isListType(type)) return [valueFor(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(required.map((field) => [field.name, valueFor(field.type)]));
  }
  const values: Record<string, unknown> = {
    ID: randomUUID(),
    EmailAddress: `${randomUUID()}@example.com`,
    Boolean: true,
    Int: 1,
    DateTime: '2999-01-01T00:00:00.000Z',
    JSONObject: {},
    URL: 'https://example.com/',
    PhoneNumber: '+4930123456',
  };
  return values[getNamedType(type).name] ?? 'text';
}

/** What to select of a field's value, so that nothing below it can be refused. */
export function selectionOf(type: GraphQLOutputType): string {
  return isLeafType(getNamedType(type)) ? '' : '{ __typename }';
}

/** An operation that calls each of these root fields with valid arguments in variables. */
export function callOf(operation: 'query' | 'mutation', ...fields: GraphQLField<unknown, unknown>[]) {
  const calls = fields.map((field) => {
    const args = field.args
      .filter((arg) => isNonNullType(arg.type))
      .map((arg) => ({ ...arg, variable: `${field.name}_${arg.name}` }));
    const passed = args.map(({ name, variable }) => `${name}: $${variable}`).join(', ');
    const call = passed === '' ? field.name : `${field.name}(${passed})`;
    return { args, text: `${call} ${selectionOf(field.type)}` };
  });
  const args = calls.flatMap((call) => call.args);
  const declared = args.map(({ variable, type }) => `$${variable}: ${String(type)}`).join(', ');
  const head = declared === '' ? operation : `${operation} (${declared})`;
  return {
    query: `${head} { ${calls.map(({ text }) => text).join(' ')} }`,
    variables: Object.fromEntries(args.map(({ variable, type }) => [variable, valueFor(type)])),
  };
}

/** Whether who holds these roles may call what this access guards; of somebody else's account, where it is `self`. */
export function mayCall(access: Access, roles: readonly Role[]): boolean {
  if (access === 'public' || access === 'signedIn' || access === 'enrolling') return true;
  return permissionsOf(roles).has(access === 'self' ? 'users:read' : access);
}

/** Somebody signed in for each role: anew where a call has ended the session. */
export function createPeople(server: FullServer) {
  const people = new Map<Role, Person>();
  return async function personOf(role: Role): Promise<Person> {
    const known = people.get(role);
    if (known) {
      const answer = await server.graphql('{ viewer { id } }', {}, known.token);
      if (answer.data?.viewer) return known;
    }
    const person = await signInAs(server, [role]);
    people.set(role, person);
    return person;
  };
}
