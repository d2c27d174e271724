import type { SETTINGS, SettingName } from './settings.js';

/** A provider whose issuer publishes OpenID Connect Discovery. */
export interface OidcSettings {
  kind: 'oidc';
  /** In paths and in `SocialLogin.provider`: `google`, or NAME of `OIDC_<NAME>_…` in lower case. */
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  /**
   * When an address that it names counts as the person’s: `claimed`, when it says `email_verified`; `authoritative`,
   * when it also hosts the mailbox; `always`, because the operator runs the directory.
   */
  trustsEmail: 'claimed' | 'authoritative' | 'always';
}

/** GitHub speaks OAuth 2.0 without OpenID Connect. */
export interface GithubSettings {
  kind: 'github';
  name: 'github';
  /** Origin: https://github.com, or that of a GitHub Enterprise Server. */
  url: string;
  clientId: string;
  clientSecret: string;
}

export type ProviderSettings = OidcSettings | GithubSettings;

export interface SocialSettings {
  providers: ProviderSettings[];
  /** Where a browser may be sent afterwards, character for character; the first is the default. */
  returnUrls: string[];
}

type Value<N extends SettingName> = ReturnType<(typeof SETTINGS)[N]['parse']> | null;
/** Reads a setting; `variable` is its name in the environment where that has a part of the operator’s choice. */
type Read = <N extends SettingName>(name: N, variable?: string) => Value<N>;

const OIDC_VARIABLE = /^OIDC_([A-Z0-9]+(?:_[A-Z0-9]+)*)_(?:ISSUER|CLIENT_ID|CLIENT_SECRET|TRUST_EMAIL)$/;
const BUILT_IN = ['google', 'github'];
const GOOGLE_ISSUER = 'https://accounts.google.com';
/** A column holds it. */
const MAX_NAME_LENGTH = 50;

/** The NAMEs of the variables `OIDC_<NAME>_…` that are set, in alphabetical order. */
export function findOidcNames(variables: readonly string[]): string[] {
  const names = variables.flatMap((variable) => OIDC_VARIABLE.exec(variable)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** The variables that describe the OpenID providers of these NAMEs. */
export function oidcVariables(names: readonly string[]): string[] {
  return names.flatMap((name) =>
    ['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'TRUST_EMAIL'].map((part) => `OIDC_${name}_${part}`),
  );
}

/** Reads which providers people may sign in with; adds to `problems` what is missing or contradicts itself. */
export function readSocialSettings(
  read: Read,
  { oidcNames, appUrl }: { oidcNames: readonly string[]; appUrl: string },
  problems: string[],
): SocialSettings {
  const pair = (id: string | null, secret: string | null, prefix: string) => {
    if (id === null && secret === null) return null;
    if (id === null) problems.push(`${prefix}_CLIENT_SECRET needs ${prefix}_CLIENT_ID.`);
    if (secret === null) problems.push(`${prefix}_CLIENT_ID needs ${prefix}_CLIENT_SECRET.`);
    return { clientId: id ?? '', clientSecret: secret ?? '' };
  };
  const providers: ProviderSettings[] = [];
  const google = pair(read('GOOGLE_CLIENT_ID'), read('GOOGLE_CLIENT_SECRET'), 'GOOGLE');
  if (google) {
    const trustsEmail = 'authoritative';
    providers.push({ kind: 'oidc', name: 'google', issuer: GOOGLE_ISSUER, trustsEmail, ...google });
  }
  const github = pair(read('GITHUB_CLIENT_ID'), read('GITHUB_CLIENT_SECRET'), 'GITHUB');
  const url = read('GITHUB_URL') ?? '';
  if (github) providers.push({ kind: 'github', name: 'github', url, ...github });
  for (const name of oidcNames) providers.push(readOidc(read, name, problems));
  return { providers, returnUrls: read('SOCIAL_RETURN_URLS') ?? [`${appUrl}/auth/complete`] };
}

function readOidc(read: Read, name: string, problems: string[]): OidcSettings {
  const prefix = `OIDC_${name}`;
  const publicName = name.toLowerCase().replaceAll('_', '-');
  if (BUILT_IN.includes(publicName)) problems.push(`${prefix}_ISSUER: choose another name than ${name}.`);
  if (publicName.length > MAX_NAME_LENGTH) problems.push(`${prefix}_ISSUER: choose a shorter name.`);
  const required = <N extends SettingName>(setting: N, part: string): Value<N> => {
    const known = problems.length;
    const value = read(setting, `${prefix}_${part}`);
    if (value === null && problems.length === known) problems.push(`Set ${prefix}_${part}.`);
    return value;
  };
  return {
    kind: 'oidc',
    name: publicName,
    issuer: required('OIDC_<NAME>_ISSUER', 'ISSUER') ?? '',
    clientId: required('OIDC_<NAME>_CLIENT_ID', 'CLIENT_ID') ?? '',
    clientSecret: required('OIDC_<NAME>_CLIENT_SECRET', 'CLIENT_SECRET') ?? '',
    trustsEmail: read('OIDC_<NAME>_TRUST_EMAIL', `${prefix}_TRUST_EMAIL`) === true ? 'always' : 'claimed',
  };
}
