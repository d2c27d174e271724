import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { badInput } from '../errors.js';
import { isPlainObject } from '../input/json-object.js';
import type { AskedOperation, PersistedOperations } from '../graphql/operations/persisted-operations.js';
import { mediaTypeFor } from './media-type.js';

/** A request for an operation, its text in place of the name it may have been asked for by. */
export interface GraphqlRequest extends Pick<HTTPGraphQLRequest, 'body' | 'search'> {
  asked: AskedOperation;
  /** null: the request names no operation, or is none. */
  text: string | null;
}

/** @throws AppError what `persisted.find` throws, and BAD_USER_INPUT for `extensions` that are no JSON */
export function readGraphqlRequest(request: FastifyRequest, persisted: PersistedOperations): GraphqlRequest {
  const search = searchOf(request.url);
  if (request.method !== 'POST') return readSearch(search, persisted);
  const { body } = request;
  const asked: AskedOperation & Record<string, unknown> = isPlainObject(body) ? body : {};
  const text = persisted.find(asked);
  return { asked, text, search, body: isNamed(asked) && text !== null ? bodyOf(asked, text) : body };
}

function readSearch(search: string, persisted: PersistedOperations): GraphqlRequest {
  const parameters = new URLSearchParams(search);
  const query = parameters.get('query');
  const extensions = parameters.get('extensions');
  const documentId = parameters.get('documentId');
  const asked: AskedOperation = {
    ...(query === null ? {} : { query }),
    ...(documentId === null ? {} : { documentId }),
    ...(extensions === null ? {} : { extensions: parseExtensions(extensions) }),
  };
  const text = persisted.find(asked);
  if (!isNamed(asked) || text === null) return { asked, text, search, body: undefined };
  parameters.set('query', text);
  parameters.delete('extensions');
  return { asked, text, search: `?${parameters.toString()}`, body: undefined };
}

function parseExtensions(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badInput('extensions', 'must be a JSON object');
  }
}

/** Whether the request says which operation it means by more than its text. */
function isNamed({ documentId, extensions }: AskedOperation): boolean {
  return typeof documentId === 'string' || (isPlainObject(extensions) && 'persistedQuery' in extensions);
}

/** The same request with the text and without the name: the members that every way of answering knows. */
function bodyOf(body: AskedOperation & Record<string, unknown>, query: string): Record<string, unknown> {
  const { operationName, variables } = body;
  return {
    query,
    ...(operationName === undefined ? {} : { operationName }),
    ...(variables === undefined ? {} : { variables }),
  };
}

/** The headers as Apollo Server reads them: it has to choose what was chosen here, or its page for a browser. */
export function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const { accept } = request.headers;
  const mayWantPage = request.method === 'GET' && accept?.includes('text/html');
  headers.set('accept', mayWantPage ? `${accept}, */*;q=0.001` : mediaTypeFor(accept));
  return headers;
}

/** The query string with its question mark; taken from the text, since a forged Host header makes no URL. */
function searchOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
