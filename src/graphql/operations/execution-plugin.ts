import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { AppError } from '../../errors.js';
import type { CompiledOperations, Operation } from './compiled-operations.js';
import type { GraphqlContext } from '../context.js';
import type { FinishAnswer, FinishedAnswer } from '../answers/finish-answer.js';
import type { KnownOperations } from './known-operations.js';
import type { Admission } from '../limits/admission.js';
import { coerceVariables, type VariableValues } from '../variables/variables.js';

export interface ExecutionPluginDeps {
  schema: GraphQLSchema;
  compiled: CompiledOperations;
  known: KnownOperations;
  finishAnswer: FinishAnswer;
  /** Told the errors that this presents, which Apollo Server formats before. */
  presentedLater: WeakSet<Error>;
  requireAffordable: Admission['requireAffordable'];
}

/**
 * How an operation runs: its variables are checked first, so that all problems come in one safe error; what comes
 * again runs compiled; and every error, whoever raised it, is presented once, at the end, with the request's id.
 */
export function createExecutionPlugin(deps: ExecutionPluginDeps): ApolloServerPlugin<GraphqlContext> {
  const { schema, compiled, known, finishAnswer, presentedLater, requireAffordable } = deps;
  return {
    async requestDidStart({ contextValue }) {
      let variables: VariableValues = {};
      let errors: readonly GraphQLError[] = [];
      return {
        async didEncounterErrors(request) {
          errors = request.errors;
          for (const error of errors) presentedLater.add(error);
        },
        async didResolveOperation({ document, operation, request }) {
          if (!operation) return;
          withStatus(() => {
            variables = coerceVariables(schema, operation, request.variables ?? {});
            requireAffordable(document, operation, variables);
          });
        },
        async responseForOperation(request) {
          const { document, operation, operationName, queryHash } = request;
          // The document has no operation of the name that was asked for, which graphql-js says in its own way.
          if (!operation) return null;
          const asked: Operation = { key: `${queryHash}:${operationName ?? ''}`, document, operation };
          const result = await compiled.execute(asked, variables, contextValue);
          if (!result) return null;
          known.admit(request.source, request.request.operationName, asked);
          errors = result.errors ?? [];
          return {
            http: request.response.http,
            body: { kind: 'single', singleResult: { data: result.data } },
          };
        },
        async willSendResponse(request) {
          const { document, operation } = request;
          const finished = await finishAnswer(contextValue, { document, operation, errors });
          putAnswer(request.response.body, finished);
        },
      };
    },
  };
}

type ResponseBody = GraphQLRequestContext<GraphqlContext>['response']['body'];

function putAnswer(body: ResponseBody | undefined, { errors, isWithheld }: FinishedAnswer): void {
  if (body?.kind !== 'single') return;
  if (isWithheld) body.singleResult.data = null;
  if (errors.length > 0) body.singleResult.errors = errors;
}

/** Runs checks of the request; what they throw gets the status that GraphQL over HTTP has for it. */
function withStatus(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new GraphQLError(error.message, {
      originalError: error,
      extensions: { http: { status: error.status } },
    });
  }
}
