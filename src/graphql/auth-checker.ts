import type { AuthChecker } from 'type-graphql';
import { requireViewer } from '../security/request-context.js';
import type { GraphqlContext } from './context.js';

/**
 * What `@Authorized()` means: somebody is signed in.
 *
 * @throws AppError UNAUTHENTICATED otherwise
 */
export const checkSignedIn: AuthChecker<GraphqlContext> = ({ context }) => {
  requireViewer(context);
  return true;
};
