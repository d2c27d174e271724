import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { composeSupergraph } from './compose.js';

interface Forwarded {
  authorization?: string | undefined;
}

export interface GatewayOptions {
  /** The subgraphs by name: the URL of each. */
  subgraphs: Readonly<Record<string, string>>;
  port?: number;
}

/**
 * Starts a gateway on 127.0.0.1 that joins the subgraphs and hands the access token on: each subgraph decides for
 * itself what it lets its bearer see. In production a router takes its place, with a supergraph that was composed
 * before (docs/federation.md).
 */
export async function startGateway({ subgraphs, port = 0 }: GatewayOptions) {
  const gateway = new ApolloGateway({
    supergraphSdl: await composeSupergraph(subgraphs),
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource<Forwarded>({
        url,
        willSendRequest({ request, context }) {
          const { authorization } = context as Forwarded;
          if (authorization) request.http?.headers.set('authorization', authorization);
        },
      }),
    logger: SILENT,
  });
  const server = new ApolloServer<Forwarded>({
    gateway,
    logger: SILENT,
    includeStacktraceInErrorResponses: false,
  });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port },
    context: async ({ req }) => ({ authorization: req.headers.authorization }),
  });
  return { url, stop: () => server.stop() };
}

const ignore = (): void => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
