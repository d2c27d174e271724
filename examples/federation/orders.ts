import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import jwt from 'jsonwebtoken';

// A service of somebody else's: it knows orders, and of people only their ids. It trusts nobody's word for who asks,
// not the gateway's either, but verifies the access token by the public keys of the account server.

export const ORDERS_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@authenticated", "@key"])

  type Order @key(fields: "id") {
    id: ID!
    product: String!
    "Who ordered; what can be read of them is for the account server to decide."
    buyer: User!
  }

  type User @key(fields: "id") {
    id: ID!
    "The person's orders; only they themselves can read them."
    orders: [Order!]! @authenticated
  }

  type Query {
    order(id: ID!): Order
  }
`;

export interface Order {
  id: string;
  product: string;
  buyerId: string;
}

interface Caller {
  userId: string | null;
}

export interface OrdersOptions {
  /** The account server's PUBLIC_URL: issuer and audience of its tokens. */
  issuer: string;
  /** Where its public keys are. */
  jwksUrl: string;
  orders: readonly Order[];
  port?: number;
}

/** Starts the subgraph on 127.0.0.1. */
export async function startOrders({ issuer, jwksUrl, orders, port = 0 }: OrdersOptions) {
  const server = new ApolloServer<Caller>({
    schema: buildSubgraphSchema({ typeDefs: parse(ORDERS_SDL), resolvers: createResolvers(orders) }),
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    includeStacktraceInErrorResponses: false,
  });
  const findCaller = createFindCaller(issuer, jwksUrl);
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port },
    context: ({ req }) => findCaller(req.headers.authorization),
  });
  return { url, stop: () => server.stop() };
}

function createResolvers(orders: readonly Order[]) {
  const findOrder = (_parent: unknown, { id }: { id: string }) =>
    orders.find((order) => order.id === id) ?? null;
  return {
    Query: { order: findOrder },
    Order: {
      __resolveReference: (reference: { id: string }) => findOrder(null, reference),
      buyer: ({ buyerId }: Order) => ({ __typename: 'User', id: buyerId }),
    },
    User: {
      orders({ id }: { id: string }, _arguments: unknown, context: unknown) {
        const { userId } = context as Caller;
        if (userId === null) throw refusal('UNAUTHENTICATED', 'Sign in first.');
        if (userId !== id) throw refusal('FORBIDDEN', 'You may not do this.');
        return orders.filter(({ buyerId }) => buyerId === id);
      },
    },
  };
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Verifies tokens by the key set of the issuer, which is read again when a token names a key that is not in it. */
function createFindCaller(issuer: string, jwksUrl: string) {
  let keys = new Map<string, KeyObject>();

  async function readKeys(): Promise<void> {
    const response = await fetch(jwksUrl);
    const { keys: published } = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] };
    keys = new Map(published.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
  }

  return async function findCaller(header: string | undefined): Promise<Caller> {
    const token = header?.replace(/^Bearer +/i, '');
    const kid = token && jwt.decode(token, { complete: true })?.header.kid;
    if (!token || !kid) return { userId: null };
    if (!keys.has(kid)) await readKeys();
    const key = keys.get(kid);
    if (!key) return { userId: null };
    try {
      const claims = jwt.verify(token, key, { algorithms: ['ES256'], issuer, audience: issuer });
      return { userId: typeof claims === 'object' ? (claims.sub ?? null) : null };
    } catch {
      return { userId: null };
    }
  };
}
