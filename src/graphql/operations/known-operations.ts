import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../errors.js';
import type { Deadline } from '../../security/requests/deadline.js';
import { isPlainObject } from '../../input/json-object.js';
import type { CompiledOperations, Operation } from './compiled-operations.js';
import type { GraphqlContext } from '../context.js';
import type { FinishAnswer } from '../answers/finish-answer.js';
import type { Admission } from '../limits/admission.js';
import { createIsQuick } from './quick-operations.js';
import { coerceVariables, type VariableValues } from '../variables/variables.js';

/** The members of a request's body that this can answer: exactly these, of the right types. */
interface PlainRequest {
  query: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

/** Bounds on the memory that documents take: entries, and characters of their texts. */
const CACHE = { max: 500, maxSize: 4 * 1024 * 1024 };
const MEMBERS = new Set(['query', 'operationName', 'variables']);

export type KnownOperations = ReturnType<typeof createKnownOperations>;

export interface KnownOperationsDeps {
  schema: GraphQLSchema;
  compiled: CompiledOperations;
  finishAnswer: FinishAnswer;
  requireAffordable: Admission['requireAffordable'];
  withDeadline: Deadline;
}

/**
 * The short way for operations that Apollo Server has already parsed, validated, admitted and run as compiled
 * code: what it would do again to the same text is left out, and everything that depends on the request (its
 * caller, its variables, its errors, the record of what it read) is done by the same functions. Whatever is
 * out of the ordinary goes to Apollo Server, which answers alike (tests/graphql/known-operations.test.ts).
 */
export function createKnownOperations({
  schema,
  compiled,
  finishAnswer,
  requireAffordable,
  withDeadline,
}: KnownOperationsDeps) {
  const isQuick = createIsQuick(schema);
  const known = new LRUCache<string, Operation>({
    ...CACHE,
    sizeCalculation: (_operation, key) => key.length,
  });

  /** Remembers an operation that ran as compiled code, by the text and name that asked for it. */
  function admit(query: string, operationName: string | null | undefined, operation: Operation): void {
    const key = keyOf(query, operationName);
    if (key.length <= CACHE.maxSize && !known.has(key)) known.set(key, operation);
  }

  /**
   * The JSON text that answers the body of a POST, or null when Apollo Server is to answer it. Nothing has run
   * when it is null.
   */
  async function answer(body: unknown, context: GraphqlContext): Promise<string | null> {
    const request = readPlainRequest(body);
    const operation = request && known.get(keyOf(request.query, request.operationName));
    const variables = operation && findVariables(operation, request.variables);
    if (!variables) return null;
    const { document } = operation;
    const run = () => compiled.execute(operation, variables, context);
    const result = await (isQuick(document, operation.operation) ? run() : withDeadline(async () => run()));
    if (!result) return null;
    const finished = await finishAnswer(context, {
      document,
      operation: operation.operation,
      errors: result.errors ?? [],
    });
    const errors = finished.errors.length > 0 ? finished.errors : undefined;
    return `${JSON.stringify({ errors, data: finished.isWithheld ? null : result.data })}\n`;
  }

  /** Null when they are not as the operation declares them, or ask for too much: the refusal is Apollo Server's. */
  function findVariables(
    { document, operation }: Operation,
    inputs: Record<string, unknown>,
  ): VariableValues | null {
    try {
      const variables = coerceVariables(schema, operation, inputs);
      requireAffordable(document, operation, variables);
      return variables;
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  return { admit, answer };
}

/** A name is a word, and no document starts with a word and a colon: two requests never share a key. */
function keyOf(query: string, operationName: string | null | undefined): string {
  return operationName === null || operationName === undefined ? query : `${operationName}:${query}`;
}

function readPlainRequest(body: unknown): PlainRequest | null {
  if (!isPlainObject(body)) return null;
  for (const member of Object.keys(body)) if (!MEMBERS.has(member)) return null;
  const { query, operationName = null, variables } = body;
  if (typeof query !== 'string') return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (variables === undefined || variables === null) return { query, operationName, variables: {} };
  return isPlainObject(variables) ? { query, operationName, variables } : null;
}
