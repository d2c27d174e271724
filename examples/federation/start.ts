import { once } from 'node:events';
import { findAccountServer, signUp } from './account-server.js';
import { startGateway } from './gateway.js';
import { startOrders } from './orders.js';

// `npm run example:federation [-- [URL] [--once]]`: the account server, a subgraph of orders and a gateway that joins
// them. Signs somebody up, asks through the gateway who ordered what, and then serves until Ctrl-C; with `--once` it
// ends after the answers.

const GATEWAY_PORT = 4100;
const ORDERS_PORT = 4101;

const QUERY = `query ($order: ID!) {
  viewer { email profile { fullName } orders { id product } }
  order(id: $order) { product buyer { id email } }
}`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function ask(url: string, variables: object, token: string | undefined): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: QUERY, variables }),
  });
  return response.json();
}

async function run(): Promise<void> {
  const given = process.argv.slice(2);
  const address = given.find((argument) => !argument.startsWith('--')) ?? 'http://localhost:4000';
  const isOnce = given.includes('--once');
  const accounts = await findAccountServer(address, print);
  const stops = [() => accounts.stop()];
  try {
    const ada = await signUp(accounts.url, 'Ada');
    const eve = await signUp(accounts.url, 'Eve');
    const order = { id: '1', product: 'The Analytical Engine', buyerId: ada.id };
    const orders = await startOrders({
      issuer: accounts.url,
      jwksUrl: new URL('/.well-known/jwks.json', accounts.url).href,
      orders: [order],
      port: isOnce ? 0 : ORDERS_PORT,
    });
    stops.unshift(() => orders.stop());
    const gateway = await startGateway({
      subgraphs: { custodia: new URL('/graphql', accounts.url).href, orders: orders.url },
      port: isOnce ? 0 : GATEWAY_PORT,
    });
    stops.unshift(() => gateway.stop());

    print(`\nThe gateway joins both at ${gateway.url}\n\n${QUERY}`);
    for (const [who, token] of [
      ['Ada, who ordered', ada.token],
      ['Eve, somebody else', eve.token],
      ['Nobody signed in', undefined],
    ] as const) {
      print(`\n${who}:\n${JSON.stringify(await ask(gateway.url, { order: order.id }, token), null, 2)}`);
    }
    if (isOnce) return;
    print(
      `\nAsk it yourself as Ada, with this header:\nauthorization: Bearer ${ada.token}\n\nCtrl-C ends it.`,
    );
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    for (const stop of stops) await stop();
  }
}

await run().catch((error: unknown) => {
  process.stderr.write(`The example failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
