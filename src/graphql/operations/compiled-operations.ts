import {
  GraphQLError,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { isCompilable, requireSynchronousTypes } from './compilable.js';
import type { VariableValues } from '../variables/variables.js';

/** An operation of a validated document; `key` is the same for the same document and operation name. */
export interface Operation {
  key: string;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

export interface CompiledOperations {
  /** The answer of the compiled operation, errors not yet presented; null when graphql-js is to run it. */
  execute(operation: Operation, variables: VariableValues, context: unknown): Promise<ExecutionResult> | null;
}

type State = 'seen once' | 'left to graphql-js' | CompiledQuery;

const MAX_OPERATIONS = 500;

/**
 * The type that compiled code sees for every variable. graphql-jit coerces variables with code of its own, which
 * knows scalars by name and turns dates in defaults into text; it gets them coerced and hands them through.
 */
const Coerced = new GraphQLScalarType({ name: 'Coerced', parseValue: (value) => value });

/**
 * Operations that come again are run as compiled code; the first time, and where graphql-jit cannot, graphql-js
 * runs them. Both answer alike (tests/graphql/compiled-operations.test.ts).
 */
export function createCompiledOperations(schema: GraphQLSchema): CompiledOperations {
  requireSynchronousTypes(schema);
  const config = schema.toConfig();
  const compilerSchema = new GraphQLSchema({
    ...config,
    types: [...config.types, Coerced],
    assumeValid: true,
  });
  const states = new LRUCache<string, State>({ max: MAX_OPERATIONS });

  function compile({ document, operation }: Operation): State {
    if (!isCompilable(schema, document, operation)) return 'left to graphql-js';
    const compiled = compileQuery(compilerSchema, withCoercedVariables(document), operation.name?.value);
    return isCompiledQuery(compiled) ? compiled : 'left to graphql-js';
  }

  return {
    execute(operation, variables, context) {
      let state = states.get(operation.key);
      if (state === 'seen once') {
        state = compile(operation);
        states.set(operation.key, state);
      } else if (state === undefined) {
        states.set(operation.key, 'seen once');
      }
      if (typeof state !== 'object') return null;
      return run(state, context, variables);
    },
  };
}

async function run(compiled: CompiledQuery, context: unknown, variables: object): Promise<ExecutionResult> {
  const { data, errors } = await compiled.query(undefined, context, variables);
  return {
    data,
    ...(errors?.length ? { errors: errors.map(asGraphqlError) } : {}),
  };
}

/** graphql-jit's errors lack what GraphQLError's type promises, `extensions` among it; whole ones come out. */
function asGraphqlError(error: GraphQLError): GraphQLError {
  const { message, path, originalError } = error;
  const plain = new GraphQLError(message, { path, originalError });
  Object.defineProperty(plain, 'locations', { value: error.locations, enumerable: true });
  return plain;
}

/** The document with every variable of the type `Coerced`; all else is shared with the original. */
function withCoercedVariables(document: DocumentNode): DocumentNode {
  return visit(document, {
    VariableDefinition: ({ kind, variable }) => ({
      kind,
      variable,
      type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Coerced.name } },
    }),
  });
}
