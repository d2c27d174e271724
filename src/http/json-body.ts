import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { badInput } from '../errors.js';

/**
 * Reads bodies as JSON and nothing else: a form or text/plain, which any page can post without asking, gets 415.
 * An empty body is no body; a key `__proto__` is refused wherever it stands.
 */
export function acceptJsonBodiesOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, parseJsonBody(body));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws AppError BAD_USER_INPUT naming `body` */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw badInput('body', 'must be UTF-8');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    // Keys can be written with escapes; the reviver sees them decoded, but it is slow, so it runs on suspicion only.
    value = JSON.parse(text, /"__proto__"|\\u/.test(text) ? refuseProto : undefined);
  } catch (error) {
    if (error instanceof ForbiddenKey) throw badInput('body', 'must not contain the key __proto__');
    throw badInput('body', 'must be valid JSON');
  }
  return value;
}

class ForbiddenKey extends Error {}

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new ForbiddenKey();
  return value;
}
