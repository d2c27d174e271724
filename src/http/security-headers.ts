import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // Answers hold personal data and tokens: no cache on the way keeps them. Routes that may be kept say so.
  'cache-control': 'private, no-store',
} as const;

/**
 * Puts the headers of OWASP's secure-headers list on every answer. A route that serves a page sets its own
 * Content-Security-Policy and cache-control over these.
 */
export function addSecurityHeaders(app: FastifyInstance, config: Pick<Config, 'publicUrl'>): void {
  const headers: Record<string, string> = { ...HEADERS };
  if (config.publicUrl.startsWith('https:')) headers['strict-transport-security'] = 'max-age=31536000';
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done();
  });
}
