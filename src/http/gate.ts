import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.js';

/** What answers while the gate is shut: whoever runs the process wants to know that it lives, and that it is not ready. */
const ALWAYS_OPEN = new Set(['/healthz', '/readyz']);

export type Gate = ReturnType<typeof createGate>;

/** Keeps every request out until the server may answer, while the port is open already. */
export function createGate() {
  let isOpen = false;
  return {
    open: () => void (isOpen = true),
    /** Answers `failed` while the gate is shut; a check of readiness. */
    check: (): Promise<'ok' | 'failed'> => Promise.resolve(isOpen ? 'ok' : 'failed'),
    register(app: FastifyInstance): void {
      app.addHook('onRequest', ({ url }, _reply, done) => {
        if (isOpen || ALWAYS_OPEN.has(url.split('?')[0] ?? '')) return done();
        done(new AppError('OVERLOADED', { retryAfterSeconds: 2, hint: 'The server is still starting.' }));
      });
    },
  };
}
