import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before a PostgreSQL, as a network does, and can be cut. Returns the same URL by way of it. */
export async function startCuttableConnection(url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  const end = () => sockets.forEach((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const way = new URL(url);
  way.hostname = '127.0.0.1';
  way.port = String((server.address() as AddressInfo).port);
  return {
    url: way.href,
    cut(): void {
      isCut = true;
      end();
    },
    mend(): void {
      isCut = false;
    },
    async close(): Promise<void> {
      end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
