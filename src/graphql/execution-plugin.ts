import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { AppError } from '../errors.js';
import type { Log } from '../log.js';
import { createCompiledOperations } from './compiled-operations.js';
import type { RecordAccess } from '../security/access-record.js';
import type { GraphqlContext } from './context.js';
import { logUnexpected, presentError } from './present-error.js';
import { recordAnswer } from './record-access.js';
import { coerceVariables, type VariableValues } from './variables.js';

export interface ExecutionPluginDeps {
  schema: GraphQLSchema;
  log: Log;
  suggestNames: boolean;
  /** Told the errors that this presents, which Apollo Server formats before. */
  presentedLater: WeakSet<Error>;
  recordAccess: RecordAccess;
}

/**
 * How an operation runs: its variables are checked first, so that all problems come in one safe error; what comes
 * again runs compiled; and every error, whoever raised it, is presented once, at the end, with the request's id.
 */
export function createExecutionPlugin(deps: ExecutionPluginDeps): ApolloServerPlugin<GraphqlContext> {
  const { schema, log, suggestNames, presentedLater, recordAccess } = deps;
  const compiled = createCompiledOperations(schema);
  return {
    async requestDidStart({ contextValue }) {
      let variables: VariableValues = {};
      let errors: readonly GraphQLError[] = [];
      return {
        async didEncounterErrors(request) {
          errors = request.errors;
          for (const error of errors) presentedLater.add(error);
        },
        async didResolveOperation({ operation, request }) {
          variables = operation ? requireVariables(schema, operation, request.variables ?? {}) : {};
        },
        async responseForOperation(request) {
          const { document, operation, operationName, queryHash } = request;
          const key = `${queryHash}:${operationName ?? ''}`;
          const result = await compiled.execute({ key, document, operation }, variables, contextValue);
          if (!result) return null;
          errors = result.errors ?? [];
          return {
            http: request.response.http,
            body: { kind: 'single', singleResult: { data: result.data } },
          };
        },
        async willSendResponse(request) {
          const { operation } = request;
          const unrecorded = await recordAnswer(recordAccess, contextValue, {
            document: request.document,
            operation,
            errors,
          });
          if (unrecorded) {
            errors = [unrecorded];
            withholdData(request.response.body);
          }
          if (errors.length === 0) return;
          const { requestId } = contextValue;
          const { document } = request;
          const presented = errors.map((error) => {
            const shown = presentError(error, { requestId, document, suggestNames });
            logUnexpected(error, shown, log);
            return shown;
          });
          putErrors(request.response.body, presented);
        },
      };
    },
  };
}

type ResponseBody = GraphQLRequestContext<GraphqlContext>['response']['body'];

function putErrors(body: ResponseBody | undefined, errors: ReturnType<typeof presentError>[]): void {
  if (body?.kind === 'single') body.singleResult.errors = errors;
}

/** What could not be recorded is not shown. */
function withholdData(body: ResponseBody | undefined): void {
  if (body?.kind === 'single') body.singleResult.data = null;
}

/** coerceVariables(), its error with the status that GraphQL over HTTP has for it. */
function requireVariables(...parameters: Parameters<typeof coerceVariables>): VariableValues {
  try {
    return coerceVariables(...parameters);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new GraphQLError(error.message, {
      originalError: error,
      extensions: { http: { status: error.status } },
    });
  }
}
