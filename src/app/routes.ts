import type { Services } from './services.js';
import type { Clock } from '../clock.js';
import type { HotReads } from '../database/hot-reads/hot-reads.js';
import { createAuthRoutes } from '../services/auth/auth.routes.js';
import { createExportRoutes } from '../services/compliance/exports/export.routes.js';
import { createIdentityRoutes } from '../services/identity/identity.routes.js';
import { createSocialRoutes } from '../services/identity/social/social.routes.js';
import { createProfileRoutes } from '../services/profile/profile.routes.js';

/** Every REST route, in the order of the services. */
export function createRoutes(services: Services, hotReads: HotReads, clock: Clock) {
  return [
    ...createIdentityRoutes(services.identity),
    ...createSocialRoutes(services.identity),
    ...createAuthRoutes({ ...services, clock }),
    ...createProfileRoutes({ profiles: services.profiles, loadViewer: hotReads.viewer }),
    ...createExportRoutes(services.exports),
  ];
}
