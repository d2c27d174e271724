import type { RequestOrigin } from '../../security/requests/request-context.js';
import type { Viewer } from '../../security/rights/viewer.js';

/** A signed-in member of staff who acts on somebody's account. */
export interface Actor {
  viewer: Pick<Viewer, 'userId' | 'authTime' | 'amr'>;
  origin: RequestOrigin;
}
