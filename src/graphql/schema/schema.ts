import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { checkAccess } from './auth-checker.js';
import { DateTime } from './scalars.js';

// The type that TypeScript's decorator metadata and type-graphql share for "some class".
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- type-graphql's own signature
type AnyClass = Function;

export interface SchemaParts {
  /** The resolver classes; only their fields get into the schema. */
  resolvers: readonly AnyClass[];
  /** One instance of each class, constructed with its services. Without them the schema can be printed, not run. */
  instances?: readonly object[];
  /** Types that no field names, such as those that stand behind an interface only. */
  orphanedTypes?: readonly AnyClass[];
}

/**
 * Builds the executable schema from decorated classes.
 *
 * @throws Error when a class has no instance, at build time rather than at the first request
 */
export function createSchema({ resolvers, instances, orphanedTypes = [] }: SchemaParts): GraphQLSchema {
  const byClass = new Map<AnyClass, object>(instances?.map((instance) => [instance.constructor, instance]));
  const lost = instances ? resolvers.filter((resolver) => !byClass.has(resolver)) : [];
  if (lost.length > 0) throw new Error(`No instance of ${lost.map((resolver) => resolver.name).join(', ')}.`);
  return buildSchemaSync({
    resolvers: [...resolvers] as unknown as NonEmptyArray<AnyClass>,
    orphanedTypes: [...orphanedTypes],
    container: { get: (resolver: AnyClass) => byClass.get(resolver) },
    authChecker: checkAccess,
    scalarsMap: [{ type: Date, scalar: DateTime }],
    // class-validator would put `target` and `value` into its errors: a rejected password would travel back.
    validate: false,
    nullableByDefault: false,
    // It would answer a whole introspection query to validate what is built: Apollo Server validates it once more.
    skipCheck: true,
  });
}
