import type { Config } from '../../../config.js';
import {
  ACCOUNT_SCOPE,
  ENROLLMENT_SCOPE,
  levelOf,
  needsSecondFactor,
} from '../../../security/rights/assurance.js';
import type { IdentityService } from '../../identity/identity.service.js';

export interface SessionScopeParts {
  config: Pick<Config, 'mfaRequiredRoles'>;
  rolesInForce: (userId: string) => ReturnType<IdentityService['rolesInForce']>;
}

/** What the tokens of a session are good for. */
export function createScopeOf({ config, rolesInForce }: SessionScopeParts) {
  const { mfaRequiredRoles } = config;

  /** All of the own account, or only setting up the second factor that a role asks for and the session lacks. */
  return async function scopeOf({
    userId,
    amr,
  }: {
    userId: string;
    amr: readonly string[];
  }): Promise<string[]> {
    if (levelOf(amr) === 'aal2' || mfaRequiredRoles.length === 0) return [ACCOUNT_SCOPE];
    const mustEnroll = needsSecondFactor(await rolesInForce(userId), mfaRequiredRoles);
    return [mustEnroll ? ENROLLMENT_SCOPE : ACCOUNT_SCOPE];
  };
}
