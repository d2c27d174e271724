import Negotiator from 'negotiator';

/** The media types of GraphQL over HTTP; the first one answers clients that ask for neither. */
const MEDIA_TYPES = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];

/** The media type that an Accept header prefers, chosen as Apollo Server chooses it. */
export function mediaTypeFor(accept: string | undefined): string {
  const [fallback = ''] = MEDIA_TYPES;
  if (accept === undefined) return fallback;
  return new Negotiator({ headers: { accept } }).mediaType(MEDIA_TYPES) ?? fallback;
}
