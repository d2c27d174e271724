import type { Clock } from '../../../clock.js';
import type { SocialSettings } from '../../../config/social-settings.js';
import { AppError } from '../../../errors.js';
import type { Log } from '../../../log.js';
import { createGithubProvider } from './github-provider.js';
import { createOidcProvider } from './oidc-provider.js';
import type { SocialProvider } from './provider.js';
import { createProviderRequests } from './provider-requests.js';

export interface SocialProvidersParts {
  config: { publicUrl: string; social: SocialSettings };
  clock: Clock;
  log: Log;
  /** Milliseconds that all requests of one sign-in may take; 5 seconds when left out. */
  providerTimeLimit?: number;
}

export type SocialProviders = ReturnType<typeof createSocialProviders>;

/** The providers of the configuration. Making them asks nobody anything. */
export function createSocialProviders({ config, clock, log, providerTimeLimit }: SocialProvidersParts) {
  const ask = createProviderRequests({ log, timeLimit: providerTimeLimit });
  const providers = new Map<string, SocialProvider>();
  for (const settings of config.social.providers) {
    const redirectUri = `${config.publicUrl}/auth/${settings.name}/callback`;
    const provider =
      settings.kind === 'github'
        ? createGithubProvider({ settings, redirectUri, ask })
        : createOidcProvider({ settings, redirectUri, ask, clock });
    providers.set(settings.name, provider);
  }
  return {
    /** In the order of the configuration. */
    names: [...providers.keys()],
    /** Where a browser starts to sign in with a provider. */
    startUrl: (name: string): string => `${config.publicUrl}/auth/${name}/start`,
    /**
     * The provider of this name.
     *
     * @throws AppError NOT_FOUND
     */
    require(name: string): SocialProvider {
      const provider = providers.get(name);
      if (!provider) throw new AppError('NOT_FOUND');
      return provider;
    },
  };
}
