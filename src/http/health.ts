import type { FastifyInstance } from 'fastify';
import { SECOND } from '../clock.js';
import type { Log } from '../log.js';

/**
 * What the server needs in order to be of use, by name. A check rejects when it is not there, answers `failed` when
 * that is expected and nobody need be told, and `degraded` when the server still serves most requests without it.
 */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

const CHECK_TIMEOUT = 2 * SECOND;

/**
 * `/healthz`: the process answers. `/readyz`: so does everything it depends on; 503 otherwise. What is only degraded
 * stays 200: taking every process out of service would make the outage complete.
 */
export function registerHealth(app: FastifyInstance, checks: ReadinessChecks, log: Log): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    const entries = await Promise.all(
      Object.entries(checks).map(
        async ([name, check]) => [name, await runCheck(check, request.id, log)] as const,
      ),
    );
    const outcomes = entries.map(([, outcome]) => outcome);
    const ready = !outcomes.includes('failed');
    const status = !ready ? 'unavailable' : outcomes.includes('degraded') ? 'degraded' : 'ok';
    return reply.code(ready ? 200 : 503).send({ status, checks: Object.fromEntries(entries) });
  });
}

async function runCheck(
  check: () => Promise<unknown>,
  requestId: string,
  log: Log,
): Promise<'ok' | 'degraded' | 'failed'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('A readiness check took too long.')), CHECK_TIMEOUT);
  });
  try {
    const outcome = await Promise.race([check(), timeout]);
    return outcome === 'degraded' || outcome === 'failed' ? outcome : 'ok';
  } catch (error) {
    log.warn({ err: error, requestId }, 'A readiness check failed');
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
