import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import { newRequestId } from '../security/requests/request-context.js';
import type { Log } from '../log.js';
import type { RecordAccess } from '../security/requests/access-record.js';
import type { Deadline } from '../security/requests/deadline.js';
import type { GraphqlContext } from './context.js';
import { createCompiledOperations } from './operations/compiled-operations.js';
import { createExecutionPlugin } from './operations/execution-plugin.js';
import { createFinishAnswer } from './answers/finish-answer.js';
import { createKnownOperations, type KnownOperations } from './operations/known-operations.js';
import { KnownOperationTypesRule } from './operations/known-operation-types.js';
import { createAdmission, type Admission } from './limits/admission.js';
import { readManifest } from './operations/operation-manifest.js';
import { createPersistedOperations, type PersistedOperations } from './operations/persisted-operations.js';
import { OneCredentialMutationRule } from './operations/one-credential-mutation.js';
import { logUnexpected, presentError } from './answers/present-error.js';
import { CheckedStringsRule } from './variables/strings.js';

export type GraphqlServer = ApolloServer<GraphqlContext> & {
  /** The short way for operations that came before; null: ask the server itself. */
  answerKnown: KnownOperations['answer'];
  /** Refuses a text that asks for too much; call it before the server itself gets it. */
  admit: Admission['admit'];
  persisted: PersistedOperations;
};

export interface GraphqlServerDeps {
  schema: GraphQLSchema;
  config: Pick<Config, 'environment' | 'introspection' | 'operationLimits' | 'persistedOperations'>;
  log: Log;
  recordAccess: RecordAccess;
  withDeadline: Deadline;
}

/** The GraphQL server, started; src/http/graphql-handler.ts puts it on a path, and stop() ends it. */
export async function createGraphqlServer({
  schema,
  config,
  log,
  recordAccess,
  withDeadline,
}: GraphqlServerDeps): Promise<GraphqlServer> {
  const production = config.environment === 'production';
  const suggestNames = config.introspection;
  const limits = config.operationLimits;
  const presentedLater = new WeakSet<Error>();
  const compiled = createCompiledOperations(schema);
  const finishAnswer = createFinishAnswer({ log, suggestNames, recordAccess });
  const admission = createAdmission({ schema, limits });
  const { requireAffordable } = admission;
  const known = createKnownOperations({
    schema,
    compiled,
    finishAnswer,
    requireAffordable,
    withDeadline,
  });
  const { manifest, listedOnly, cacheSize } = config.persistedOperations;
  const listed =
    manifest === null ? new Map<string, string>() : readManifest(manifest, { schema, admission });
  const persisted = createPersistedOperations({ listed, listedOnly, cacheSize });
  const server = new ApolloServer<GraphqlContext>({
    schema,
    plugins: [
      createExecutionPlugin({ schema, compiled, known, finishAnswer, presentedLater, requireAffordable }),
      // Cache control would wrap every resolver to collect hints that no answer here may carry.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      // A subgraph would tell every caller that asks how long each of its resolvers took.
      ApolloServerPluginInlineTraceDisabled(),
      production
        ? ApolloServerPluginLandingPageDisabled()
        : ApolloServerPluginLandingPageLocalDefault({ embed: true, includeCookies: true }),
    ],
    formatError: (_formatted, error) => formatOutsideOperation(error, presentedLater, log, suggestNames),
    validationRules: [KnownOperationTypesRule, OneCredentialMutationRule, CheckedStringsRule],
    parseOptions: { maxTokens: limits.tokens },
    maxRecursiveSelections: true,
    introspection: config.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    nodeEnv: config.environment,
    logger: apolloLogger(log),
  });
  await server.start();
  return Object.assign(server, { answerKnown: known.answer, admit: admission.admit, persisted });
}

/**
 * For requests that fail before they have an operation, under an id that the HTTP handler replaces by the
 * request's; the errors of operations pass here too, before the plugin presents them.
 */
function formatOutsideOperation(
  error: unknown,
  presentedLater: WeakSet<Error>,
  log: Log,
  suggestNames: boolean,
): GraphQLFormattedError {
  const graphqlError =
    error instanceof GraphQLError
      ? error
      : new GraphQLError('Unexpected.', { originalError: error as Error });
  const requestId = newRequestId();
  const shown = presentError(graphqlError, { requestId, suggestNames });
  if (!presentedLater.has(graphqlError)) logUnexpected(graphqlError, shown, log);
  return shown;
}

/** Apollo Server's own log lines quote errors: only that it spoke is logged. */
function apolloLogger(log: Log): NonNullable<ApolloServerOptions<GraphqlContext>['logger']> {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: () => log.warn({}, 'The GraphQL server warns of its state'),
    error: () => log.error({}, 'The GraphQL server reports an error of its own'),
  };
}
