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

const PRODUCTION = {
  NODE_ENV: 'production',
  KEY_RING_FILE: '/etc/custodia/key-ring.json',
  PUBLIC_URL: 'https://accounts.example.com',
  DATABASE_URL: 'postgresql://custodia@db.example.com/custodia',
  SMTP_URL: 'smtps://mail.example.com',
  MAIL_FROM: 'Accounts <no-reply@example.com>',
};

describe('the configuration', () => {
  test('an empty environment is a development server on port 4000 with its own pages', () => {
    const { config, warnings } = readConfig({});
    expect(config).toMatchObject({
      environment: 'development',
      port: 4000,
      publicUrl: 'http://localhost:4000',
      appUrl: 'http://localhost:4000',
      servesOwnPages: true,
      databaseUrl: null,
      accessTokenTtl: 600_000,
      argon2: { memoryKib: 65_536, timeCost: 3, parallelism: 4 },
    });
    expect(warnings).toEqual([]);
  });

  test('an empty variable counts as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' }).config).toMatchObject({
      port: 4000,
      databaseUrl: null,
    });
  });

  test('APP_URL moves the links and switches the own pages off', () => {
    const { config } = readConfig({ APP_URL: 'https://app.example.com/' });
    expect(config).toMatchObject({ appUrl: 'https://app.example.com', servesOwnPages: false });
  });

  test('reports every problem at once and repeats no value', () => {
    const env = {
      PORT: '99999',
      ACCESS_TOKEN_TTL: 'soon',
      DATABASE_URL: 'mysql://canary-7361',
      REQUIRE_VERIFIED_EMAIL: 'yes',
      MAIL_FROM: 'canary-7361',
      PUBLIC_URL: 'https://accounts.example.com/path',
    };
    const problems = problemsOf(env);
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'PORT', 'PUBLIC_URL', 'DATABASE_URL', 'ACCESS_TOKEN_TTL', 'REQUIRE_VERIFIED_EMAIL', 'MAIL_FROM',
    ]); // prettier-ignore
    expect(problems.join('\n')).not.toContain('canary-7361');
  });

  test('a refresh token must outlive an access token', () => {
    expect(problemsOf({ ACCESS_TOKEN_TTL: '1h', REFRESH_TOKEN_TTL: '1h' })).toEqual([
      'REFRESH_TOKEN_TTL must be longer than ACCESS_TOKEN_TTL.',
    ]);
  });

  test.each(['DATABASE_ULR', 'PASSWORD_MIN_LENGHT', 'SMPT_URL', 'CORS_ORIGIN'])(
    'warns of %s and names what was meant',
    (name) => {
      const { warnings } = readConfig({ [name]: 'canary-7361' });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(
        new RegExp(`^${name} is not a setting of Custodia; did you mean [A-Z_]+\\?$`),
      );
    },
  );

  test('warns of accounts that are concealed at registration and told by signing in', () => {
    expect(readConfig({ CONCEAL_ACCOUNTS: 'true' }).warnings).toEqual([
      expect.stringMatching(/^CONCEAL_ACCOUNTS is true without REQUIRE_VERIFIED_EMAIL/),
    ]);
    expect(readConfig({ CONCEAL_ACCOUNTS: 'true', REQUIRE_VERIFIED_EMAIL: 'true' }).warnings).toEqual([]);
  });

  test('names misspelt variables beside what is missing for want of them', () => {
    const problems = problemsOf({ ...PRODUCTION, DATABASE_URL: undefined, DATABSE_URL: 'canary-7361' });
    expect(problems).toEqual([
      'Set DATABASE_URL: the embedded PostgreSQL is for development.',
      'DATABSE_URL is not a setting of Custodia; did you mean DATABASE_URL?',
    ]);
  });

  test('says nothing of the variables that every machine has', () => {
    const common = {
      PATH: '/bin',
      HOME: '/root',
      HOSTNAME: 'x',
      LANG: 'C',
      SHELL: 'sh',
      npm_config_cache: 'x',
      PWD: '/',
    };
    expect(readConfig(common).warnings).toEqual([]);
  });
});

describe('passkeys', () => {
  const settings = (env: NodeJS.ProcessEnv) => readConfig(env).config.passkeys;
  const URLS = { PUBLIC_URL: 'https://id.example.com', APP_URL: 'https://app.example.com' };

  test('belong to the host of APP_URL, or to a parent domain that is named', () => {
    expect(settings({})).toEqual({ rpId: 'localhost', origins: ['http://localhost:4000'] });
    expect(settings(URLS)).toEqual({ rpId: 'app.example.com', origins: ['https://app.example.com'] });
    expect(settings({ ...URLS, WEBAUTHN_RP_ID: 'example.com' })).toEqual({
      rpId: 'example.com',
      origins: ['https://app.example.com', 'https://id.example.com'],
    });
    const further = { WEBAUTHN_ORIGINS: 'https://login.app.example.com, https://app.example.com' };
    expect(settings({ ...URLS, ...further }).origins).toEqual([
      'https://app.example.com',
      'https://login.app.example.com',
    ]);
  });

  test.each([
    [{ WEBAUTHN_RP_ID: 'https://example.com' }, 'WEBAUTHN_RP_ID must be a domain'],
    [{ WEBAUTHN_RP_ID: '127.0.0.1' }, 'WEBAUTHN_RP_ID must be a domain'],
    [{ WEBAUTHN_RP_ID: 'example.org' }, 'WEBAUTHN_RP_ID must be the host of APP_URL'],
    [{ WEBAUTHN_RP_ID: 'ample.com' }, 'WEBAUTHN_RP_ID must be the host of APP_URL'],
    [{ WEBAUTHN_ORIGINS: 'https://app.example.org' }, 'WEBAUTHN_ORIGINS must lie within'],
  ])('%j is refused', (env, problem) => {
    expect(problemsOf({ ...URLS, ...env })).toEqual([expect.stringMatching(new RegExp(`^${problem}`))]);
  });
});

describe('production', () => {
  test('starts with keys, an https origin, a database, a mail server and a sender', () => {
    expect(readConfig(PRODUCTION).config.environment).toBe('production');
  });

  test('lists everything that is missing at once', () => {
    const problems = problemsOf({ NODE_ENV: 'production' }).join('\n');
    for (const name of ['KEY_RING_FILE', 'PUBLIC_URL', 'DATABASE_URL', 'SMTP_URL', 'MAIL_FROM']) {
      expect(problems).toContain(`Set ${name}`);
    }
  });

  test.each([
    ['PUBLIC_URL', 'http://accounts.example.com'],
    ['APP_URL', 'http://app.example.com'],
    ['ARGON2_MEMORY_KIB', '4096'],
    ['WEBAUTHN_ORIGINS', 'http://login.accounts.example.com'],
  ])('refuses a weak %s', (name, value) => {
    const problems = problemsOf({ ...PRODUCTION, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
  });

  test('refuses two sources of keys', () => {
    expect(problemsOf({ ...PRODUCTION, KEY_RING: '{}' })).toEqual([
      'Set KEY_RING_FILE or KEY_RING, not both.',
    ]);
  });
});
