import { startGateway } from '../../examples/federation/gateway.js';
import { startOrders, type Order } from '../../examples/federation/orders.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

const ISSUER = 'http://accounts.example.com';

export type FederatedGraph = Awaited<ReturnType<typeof startFederatedGraph>>;

type Answer = Awaited<ReturnType<FullServer['graphql']>>;

/** The whole product, the orders of examples/federation, and its gateway in front of both. */
export async function startFederatedGraph() {
  const server = await startFullServer({ PUBLIC_URL: ISSUER });
  const orders: Order[] = [];
  const jwksUrl = `${server.url}/.well-known/jwks.json`;
  const subgraph = await startOrders({ issuer: ISSUER, jwksUrl, orders });
  const gateway = await startGateway({
    subgraphs: { custodia: `${server.url}/graphql`, orders: subgraph.url },
  });

  /** The same as `server.graphql`, through the gateway. */
  async function ask(query: string, variables: object = {}, token?: string): Promise<Answer> {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  return {
    server,
    orders,
    ask,
    async stop(): Promise<void> {
      await gateway.stop();
      await subgraph.stop();
      await server.stop();
    },
  };
}
