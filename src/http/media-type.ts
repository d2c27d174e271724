import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** The media types of GraphQL over HTTP; the first one answers clients that ask for neither. */
const JSON_TYPE = 'application/json; charset=utf-8';
const MEDIA_TYPES = [JSON_TYPE, 'application/graphql-response+json; charset=utf-8'];
const MAX_ACCEPT_HEADERS = 100;

const chosen = new LRUCache<string, string>({ max: MAX_ACCEPT_HEADERS });

/**
 * The media type that an Accept header prefers. One that leaves none of ours gets JSON: RFC 9110 §12.5.1 lets a server
 * disregard the header, and refusing would come after a mutation has taken place.
 */
export function mediaTypeFor(accept: string | undefined): string {
  if (accept === undefined) return JSON_TYPE;
  let type = chosen.get(accept);
  if (type === undefined) {
    type = new Negotiator({ headers: { accept } }).mediaType(MEDIA_TYPES) ?? JSON_TYPE;
    chosen.set(accept, type);
  }
  return type;
}
