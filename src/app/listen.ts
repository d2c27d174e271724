import { createServer, type AddressInfo } from 'node:net';
import type { Config } from '../config.js';
import { StartError } from '../database/start-error.js';

type Address = Pick<Config, 'host' | 'port'>;

const REASONS: Readonly<Record<string, (address: Address) => string>> = {
  EADDRINUSE: ({ host, port }) =>
    `Port ${port} on ${host} is in use by another program. Stop that one, or choose another port with PORT.`,
  EACCES: ({ port }) => `This user may not listen on port ${port}. Choose a port above 1023 with PORT.`,
  EADDRNOTAVAIL: ({ host }) => `HOST is ${host}, which is no address of this machine.`,
  ENOTFOUND: ({ host }) => `HOST is ${host}, a name that leads to no address.`,
};

/**
 * Does `listen`, which opens a socket on this address.
 *
 * @throws StartError when the address cannot be had
 */
export async function atAddress<T>(address: Address, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const explain = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
    throw explain ? new StartError(explain(address), { cause: error }) : error;
  }
}

/** Takes a free port of this host and keeps it from other programs until `release`, which may be called twice. */
export function holdFreePort(host: string): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const holder = createServer((socket) => socket.destroy());
    holder.once('error', reject);
    holder.listen({ host, port: 0 }, () => {
      const release = () => new Promise<void>((released) => void holder.close(() => released()));
      resolve({ port: (holder.address() as AddressInfo).port, release });
    });
  });
}
