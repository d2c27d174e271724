import type { FastifyInstance } from 'fastify';
import { SECOND } from '../clock.js';

/** How long a request under way may take once the server closes. */
const GRACE = 4 * SECOND;

/**
 * Closes connections as their requests end when the server is told to close. Without this a connection that was
 * busy at that moment is kept for the client's next request, and one that never sends the rest of its request
 * would hold up the stop.
 */
export function drainOnClose(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
    const cut = setTimeout(() => app.server.closeAllConnections(), GRACE);
    app.server.once('close', () => clearTimeout(cut));
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) void reply.header('connection', 'close');
    done();
  });
}
