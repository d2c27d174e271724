import { ConfigError, readConfig } from '../../src/config.js';

function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const ACME = {
  OIDC_ACME_CORP_ISSUER: 'https://login.example.com/tenant/',
  OIDC_ACME_CORP_CLIENT_ID: 'id',
  OIDC_ACME_CORP_CLIENT_SECRET: 'canary-7361',
};

test('without settings there is no provider, and one place to come back to', () => {
  const { config } = readConfig({ APP_URL: 'https://app.example.com' });
  expect(config.social).toEqual({ providers: [], returnUrls: ['https://app.example.com/auth/complete'] });
});

test('Google, GitHub and any number of OpenID providers', () => {
  const { config, warnings } = readConfig({
    GOOGLE_CLIENT_ID: 'g',
    GOOGLE_CLIENT_SECRET: 's',
    GITHUB_CLIENT_ID: 'h',
    GITHUB_CLIENT_SECRET: 't',
    ...ACME,
    OIDC_B_ISSUER: 'http://127.0.0.1:8080',
    OIDC_B_CLIENT_ID: 'b',
    OIDC_B_CLIENT_SECRET: 'u',
    OIDC_B_TRUST_EMAIL: 'true',
  });
  expect(warnings).toEqual([]);
  expect(config.social.providers).toMatchObject([
    { name: 'google', issuer: 'https://accounts.google.com', trustsEmail: 'authoritative' },
    { name: 'github', url: 'https://github.com' },
    { name: 'acme-corp', issuer: 'https://login.example.com/tenant/', trustsEmail: 'claimed' },
    { name: 'b', trustsEmail: 'always' },
  ]);
});

test.each([
  [{ GOOGLE_CLIENT_ID: 'canary-7361' }, 'GOOGLE_CLIENT_ID needs GOOGLE_CLIENT_SECRET.'],
  [{ GITHUB_CLIENT_SECRET: 'canary-7361' }, 'GITHUB_CLIENT_SECRET needs GITHUB_CLIENT_ID.'],
  [{ ...ACME, OIDC_ACME_CORP_ISSUER: '' }, 'Set OIDC_ACME_CORP_ISSUER.'],
  [{ ...ACME, OIDC_ACME_CORP_CLIENT_SECRET: undefined }, 'Set OIDC_ACME_CORP_CLIENT_SECRET.'],
  [
    { ...ACME, OIDC_ACME_CORP_ISSUER: 'http://login.example.com' },
    'OIDC_ACME_CORP_ISSUER must be https, unless on this machine.',
  ],
  [
    {
      OIDC_GITHUB_ISSUER: 'https://a.example.com',
      OIDC_GITHUB_CLIENT_ID: 'x',
      OIDC_GITHUB_CLIENT_SECRET: 'y',
    },
    'OIDC_GITHUB_ISSUER: choose another name than GITHUB.',
  ],
  [{ GITHUB_URL: 'http://github.example.com' }, 'GITHUB_URL must be https, unless on this machine.'],
])('refuses %j', (env, problem) => {
  const problems = problemsOf(env);
  expect(problems).toEqual([problem]);
  expect(problems.join()).not.toContain('canary-7361');
});

test('return URLs are https, of this machine, or of an app’s own scheme', () => {
  const urls = 'https://app.example.com/done, http://localhost:5173/, com.example.app:/signed-in';
  expect(readConfig({ SOCIAL_RETURN_URLS: urls }).config.social.returnUrls).toEqual([
    'https://app.example.com/done',
    'http://localhost:5173/',
    'com.example.app:/signed-in',
  ]);
  for (const url of [
    'http://app.example.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'app:/x',
    'https://u:p@app.example.com/',
    'https://app.example.com/#x',
    'nonsense',
    ',',
  ]) {
    expect(problemsOf({ SOCIAL_RETURN_URLS: url })).toHaveLength(1);
  }
});

test('names a misspelt variable of a provider', () => {
  expect(readConfig({ ...ACME, OIDC_ACME_CORP_TRUSTEMAIL: 'true' }).warnings).toEqual([
    'OIDC_ACME_CORP_TRUSTEMAIL is not a setting of Custodia; did you mean OIDC_ACME_CORP_TRUST_EMAIL?',
  ]);
});
