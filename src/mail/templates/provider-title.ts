const TITLES: Readonly<Record<string, string>> = { google: 'Google', github: 'GitHub' };

/** What people call a provider, given its name in the configuration. */
export function titleOf(provider: string): string {
  return TITLES[provider] ?? provider;
}
