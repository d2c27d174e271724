import type { AuthChecker } from 'type-graphql';
import { requireViewer } from '../../security/requests/request-context.js';
import { requirePermission, type Permission } from '../../security/rights/permissions.js';
import { enrollmentRequired } from '../../security/rights/step-up.js';
import type { GraphqlContext } from '../context.js';

/**
 * What `@Authorized()` means: somebody is signed in; `@Authorized('users:read')`: and holds that permission. The
 * subgraph's SDL says the same to routers (subgraph-sdl.ts).
 *
 * @throws AppError UNAUTHENTICATED, FORBIDDEN, STEP_UP_REQUIRED while a second factor is missing
 */
export const checkAccess: AuthChecker<GraphqlContext, Permission> = async ({ context }, permissions) => {
  requireViewer(context);
  for (const permission of permissions) await requirePermission(context, permission, enrollmentRequired);
  return true;
};
