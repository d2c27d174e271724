import type { FastifyInstance } from 'fastify';
import type { Log } from '../log.js';

/**
 * One line an answer at level `debug`: the route's pattern and never the path, which may hold a token or an id.
 * At the other levels the hook is not even installed.
 */
export function logAnswers(app: FastifyInstance, log: Log): void {
  if (!log.isLevelEnabled('debug')) return;
  app.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method } = request;
    const route = request.routeOptions.url ?? '(unknown)';
    log.debug(
      { requestId, method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) },
      'Answered a request',
    );
    done();
  });
}
