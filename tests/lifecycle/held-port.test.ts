import { createServer } from 'node:net';
import { atAddress, holdFreePort } from '../../src/app/listen.js';

const HOST = '127.0.0.1';

function listen(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(port, HOST, () => void server.close(() => resolve()));
  });
}

test('a free port is kept from others until it is released', async () => {
  const { port, release } = await holdFreePort(HOST);
  const take = () => atAddress({ host: HOST, port }, () => listen(port));
  await expect(take()).rejects.toThrow(`Port ${port} on ${HOST} is in use`);
  await release();
  await release();
  await expect(take()).resolves.toBeUndefined();
});
