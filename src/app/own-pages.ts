import type { Config } from '../config.js';
import type { registerPages } from '../http/pages/register-pages.js';
import type { Log } from '../log.js';
import { PASSWORD_MAX_LENGTH } from '../security/passwords/password-text.js';
import type { Services } from './services.js';

/** What the server's own pages do, each with the service behind it. */
export function pagesOf(
  { identity }: Services,
  config: Config,
  log: Log,
): Parameters<typeof registerPages>[1] {
  return {
    verifyEmail: (token, origin) => identity.verifyEmail({ token, origin }),
    resetPassword: (token, newPassword, origin) => identity.resetPassword({ token, newPassword, origin }),
    confirmEmailChange: (token, origin) => identity.confirmEmailChange({ token, origin }),
    undoEmailChange: (token, origin) => identity.undoEmailChange({ token, origin }),
    disownActivity: (token, origin) => identity.disownActivity({ token, origin }),
    acceptInvitation: (token, newPassword, origin) =>
      identity.acceptInvitation({ token, newPassword, origin }),
    serviceName: config.serviceName,
    passwordPolicy: { minLength: config.passwordMinLength, maxLength: PASSWORD_MAX_LENGTH },
    all: config.servesOwnPages,
    trustedProxies: config.trustedProxies,
    log,
  };
}
