import { AuthorizationResponseError, type CustomFetch } from 'openid-client';
import { SECOND } from '../../../clock.js';
import { AppError } from '../../../errors.js';
import type { Log } from '../../../log.js';

/** All that a provider is asked for one sign-in has to be answered within this; milliseconds. */
export const PROVIDER_TIME_LIMIT = 5 * SECOND;
/** Metadata, keys and tokens take a few kilobytes. */
const MAX_ANSWER_BYTES = 512 * 1024;

export interface ProviderRequestParts {
  log: Log;
  /** Milliseconds. */
  timeLimit?: number;
}

export type ProviderRequests = ReturnType<typeof createProviderRequests>;

/**
 * Requests to providers. Nobody waits longer than the limit for one, reads more than half a megabyte of it, or
 * follows its redirects; whatever fails becomes one of three errors.
 */
export function createProviderRequests({ log, timeLimit = PROVIDER_TIME_LIMIT }: ProviderRequestParts) {
  /**
   * Does `work`, which makes its requests through the `fetch` that it is given.
   *
   * @throws AppError PROVIDER_UNAVAILABLE, PROVIDER_DENIED, PROVIDER_ANSWER_INVALID
   */
  return async function ask<T>(provider: string, work: (fetch: CustomFetch) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(timeLimit);
    let failed = false;
    const limitedFetch: CustomFetch = async (url, options) => {
      try {
        const answer = await readAnswer(url, { ...options, signal });
        failed = answer.status >= 500;
        return answer;
      } catch (error) {
        failed = true;
        throw error;
      }
    };
    try {
      return await work(limitedFetch);
    } catch (cause) {
      const error = failureOf(cause, failed);
      log.warn({ err: error, reason: provider, code: error.code }, 'A sign-in with a provider failed');
      throw error;
    }
  };
}

function failureOf(cause: unknown, unavailable: boolean): AppError {
  if (cause instanceof AppError) return cause;
  if (unavailable) return new AppError('PROVIDER_UNAVAILABLE', { cause });
  if (cause instanceof AuthorizationResponseError && cause.error === 'access_denied')
    return new AppError('PROVIDER_DENIED', { cause });
  return new AppError('PROVIDER_ANSWER_INVALID', { cause });
}

/** The whole answer, read while the limit runs: a body that never ends is no answer. */
async function readAnswer(url: string, options: Parameters<CustomFetch>[1]): Promise<Response> {
  const response = await fetch(url, { ...options, redirect: 'manual' });
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error('The answer is too large.');
    chunks.push(chunk);
  }
  const { status } = response;
  const headers = { 'content-type': response.headers.get('content-type') ?? '' };
  return new Response(size === 0 ? null : Buffer.concat(chunks), { status, headers });
}
