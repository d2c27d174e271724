import { createOpaqueToken } from '../../../security/tokens/opaque-token.js';
import type { RequestContext } from '../../../security/requests/request-context.js';

/**
 * The secret of the browser that asks. One that has none yet gets one; one that has keeps it, so that two tabs can be
 * on their way at once.
 */
export function ensureBrowserSecret(
  context: Pick<RequestContext, 'browserSecret' | 'setBrowserSecret'>,
): string {
  const secret = context.browserSecret ?? createOpaqueToken('browser');
  context.setBrowserSecret(secret);
  return secret;
}
