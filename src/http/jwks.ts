import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** A JSON Web Key Set (RFC 7517 §5) of public keys. */
export interface JsonWebKeySet {
  keys: readonly object[];
}

/** `/.well-known/jwks.json`: the keys that verify access tokens. May be cached for 5 minutes: keys overlap longer. */
export function registerJwks(
  app: FastifyInstance,
  readKeys: () => JsonWebKeySet | Promise<JsonWebKeySet>,
): void {
  app.get('/.well-known/jwks.json', async (request, reply) => {
    const body = JSON.stringify(await readKeys());
    const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    reply.headers({
      'cache-control': 'public, max-age=300',
      etag: tag,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    return reply.type('application/json').send(body);
  });
}
