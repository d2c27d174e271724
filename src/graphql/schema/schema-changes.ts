import {
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type BreakingChange,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql';

/** What every deprecation has to say: what to use, and until when the old way stays. */
export const DEPRECATION = /^Use `[^`]+`.*\. Goes after (\d{4}-\d{2}-\d{2})\.$/;

/**
 * Changes of the schema that break a client of the released one. What the release had deprecated may go once the day
 * it named is over.
 *
 * @param released, current: SDL
 */
export function findBroken(released: string, current: string, today: Date): string[] {
  const old = buildSchema(released);
  return findBreakingChanges(old, buildSchema(current))
    .filter((change) => !isExpired(old, change, today))
    .map(({ description }) => description);
}

/** Deprecations that do not say what to use or until when. */
export function findVagueDeprecations(sdl: string): string[] {
  return deprecationsOf(buildSchema(sdl))
    .filter(({ reason }) => !DEPRECATION.test(reason))
    .map(({ place }) => place);
}

function isExpired(old: GraphQLSchema, change: BreakingChange, today: Date): boolean {
  const place = placeOfRemoval(change);
  const reason = deprecationsOf(old).find((deprecation) => deprecation.place === place)?.reason;
  const last = reason === undefined ? undefined : DEPRECATION.exec(reason)?.[1];
  return last !== undefined && new Date(`${last}T24:00:00Z`) <= today;
}

/** The descriptions of graphql-js, by what they name. */
const REMOVALS: readonly [pattern: RegExp, place: string][] = [
  [/^(\w+) was removed from enum type (\w+)\.$/, '$2.$1'],
  [/^(\w+\.\w+) arg (\w+) was removed\.$/, '$1($2)'],
  [/^(\w+\.\w+) was removed\.$/, '$1'],
];

function placeOfRemoval({ description }: BreakingChange): string | null {
  const found = REMOVALS.find(([pattern]) => pattern.test(description));
  return found ? description.replace(...found) : null;
}

/** `Type.field`, `Type.field(argument)` and `Enum.VALUE`, each with its reason. */
function deprecationsOf(schema: GraphQLSchema): { place: string; reason: string }[] {
  const found: { place: string; reason: string }[] = [];
  const add = (place: string, reason: string | null | undefined): void => {
    if (reason !== null && reason !== undefined) found.push({ place, reason });
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type)) {
      for (const value of type.getValues()) add(`${type.name}.${value.name}`, value.deprecationReason);
    } else if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(
        type.getFields(),
      )) {
        add(`${type.name}.${field.name}`, field.deprecationReason);
        const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
        for (const arg of args) add(`${type.name}.${field.name}(${arg.name})`, arg.deprecationReason);
      }
    }
  }
  return found;
}
