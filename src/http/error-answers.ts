import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';
import type { Log } from '../log.js';
import { formatRestError } from './rest-error.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Errors and unknown paths in the form of REST; a path that exists under another method says which. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const methods = METHODS.filter((method) => app.findRoute({ method, url: path }) !== null);
    if (methods.length === 0) return sendError(new AppError('NOT_FOUND'), request, reply, log);
    return sendError(
      new AppError('METHOD_NOT_ALLOWED'),
      request,
      reply.header('allow', methods.join(', ')),
      log,
    );
  });
}

/** Answers any error in the form of REST. */
export function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const { status, headers, body } = formatRestError(error, request.id, log);
  return reply.code(status).headers(headers).send(body);
}
