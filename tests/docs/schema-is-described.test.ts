import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  type GraphQLNamedType,
} from 'graphql';
import { createApiSchema } from '../../src/app/schema.js';

interface Described {
  name: string;
  description?: string | null | undefined;
}

/** What of a type a client can name, beside the type itself: the path of each and what is said of it. */
function membersOf(type: GraphQLNamedType): [string, Described][] {
  if (isEnumType(type)) return type.getValues().map((value) => [`${type.name}.${value.name}`, value]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field],
    ...field.args.map((argument): [string, Described] => [
      `${type.name}.${field.name}(${argument.name})`,
      argument,
    ]),
  ]);
}

test('every type, field, argument and enum value of the schema says what it means', () => {
  const schema = createApiSchema();
  const roots = ['Query', 'Mutation']; // named by their role
  const all = Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type))
    .flatMap((type): [string, Described][] => [
      ...(roots.includes(type.name) ? [] : [[type.name, type] as [string, Described]]),
      ...membersOf(type),
    ]);
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter(([, { description }]) => !description?.trim()).map(([path]) => path)).toEqual([]);
});
