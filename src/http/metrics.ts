import { createHash, timingSafeEqual } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';

/** One value with its labels. Neither ever holds personal data. */
export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/** A figure that is read when somebody asks for the metrics. */
export interface Metric {
  /** As Prometheus names it: `custodia_cases_overdue`. */
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  read: () => Promise<readonly Sample[]> | readonly Sample[];
}

/**
 * `/metrics` in the text format of Prometheus (version 0.0.4). With a token, for whoever sends it as a bearer token;
 * without one, for clients on the same machine that no proxy speaks for. Everybody else gets NOT_FOUND.
 */
export function registerMetrics(
  app: FastifyInstance,
  { token, metrics }: { token: string | null; metrics: readonly Metric[] },
): void {
  const all = [...processMetrics(), ...countRequests(app), ...metrics];
  app.get('/metrics', async (request, reply) => {
    if (!mayRead(request, token)) throw new AppError('NOT_FOUND');
    const parts = await Promise.all(all.map(writeMetric));
    return reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(parts.join(''));
  });
}

function mayRead(request: FastifyRequest, token: string | null): boolean {
  if (token !== null) return isSame(request.headers.authorization ?? '', `Bearer ${token}`);
  const { remoteAddress = '' } = request.socket;
  const isForwarded = 'x-forwarded-for' in request.headers || 'forwarded' in request.headers;
  return !isForwarded && /^(127\.|::1$|::ffff:127\.)/.test(remoteAddress);
}

/** Takes as long whatever the difference is. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

async function writeMetric({ name, type, help, read }: Metric): Promise<string> {
  const lines = (await read()).map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(
      ([label, text]) => `${label}="${text.replaceAll(/["\\\n]/g, '_')}"`,
    );
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function processMetrics(): Metric[] {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const gauge = (name: string, help: string, value: () => number): Metric => ({
    name, type: 'gauge', help, read: () => [{ value: value() }],
  }); // prettier-ignore
  return [
    gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss()),
    gauge('process_uptime_seconds', 'Time since the process started.', () => process.uptime()),
    gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'Delay of the event loop, 99th percentile.',
      () => delay.percentile(99) / 1e9,
    ),
  ];
}

/** Counts answers by method and class of status, and the time they took. */
function countRequests(app: FastifyInstance): Metric[] {
  const counts = new Map<string, { method: string; status: string; count: number; seconds: number }>();
  app.addHook('onResponse', (request, reply, done) => {
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    const key = `${request.method} ${status}`;
    const entry = counts.get(key) ?? { method: request.method, status, count: 0, seconds: 0 };
    entry.count += 1;
    entry.seconds += reply.elapsedTime / 1_000;
    counts.set(key, entry);
    done();
  });
  const read = (value: (entry: { count: number; seconds: number }) => number) => () =>
    [...counts.values()].map((entry) => ({
      labels: { method: entry.method, status: entry.status },
      value: value(entry),
    }));
  return [
    {
      name: 'custodia_http_requests_total',
      type: 'counter',
      help: 'Answers.',
      read: read(({ count }) => count),
    },
    {
      name: 'custodia_http_seconds_total',
      type: 'counter',
      help: 'Time spent on answers.',
      read: read(({ seconds }) => seconds),
    },
  ];
}
