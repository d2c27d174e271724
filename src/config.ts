import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type GuardSettings, readGuardSettings } from './config/guard-settings.js';
import { type KeySettings, readKeySettings } from './config/key-settings.js';
import { findNearestName } from './config/nearest-name.js';
import { type GraphqlSettings, readGraphqlSettings } from './config/graphql-settings.js';
import { type PasskeySettings, readPasskeySettings } from './config/passkey-settings.js';
import { SETTINGS, type SettingName } from './config/settings.js';
import {
  findOidcNames,
  oidcVariables,
  readSocialSettings,
  type SocialSettings,
} from './config/social-settings.js';

export type { OperationLimits } from './config/graphql-settings.js';

/** How long what is kept, in milliseconds; null: for ever. */
export interface RetentionPeriods {
  unverified: number;
  tokens: number;
  addresses: number;
  exports: number;
  sessions: number;
  /** Answers that an Idempotency-Key finds again. */
  requests: number;
  inactive: number | null;
  /** How long before the deletion of an inactive account the person is told. */
  inactiveNotice: number;
}

export interface Config extends GraphqlSettings {
  environment: 'development' | 'production' | 'test';
  host: string;
  port: number;
  /** Origin of the server; issuer and audience of its tokens. */
  publicUrl: string;
  /** Origin that links in mails lead to. */
  appUrl: string;
  /** The links lead here: the server shows its own pages. */
  servesOwnPages: boolean;
  serviceName: string;
  /** Absolute path. */
  dataDir: string;
  /** null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  /** The owner of the tables; null: `databaseUrl` is. */
  migrationDatabaseUrl: string | null;
  databasePoolSize: number;
  /** null (development only): `dataDir/keys/key-ring.json`, made when absent. */
  keyRing: { file: string } | { json: string } | null;
  /** Who wraps data keys, and where these are kept. */
  keys: KeySettings;
  /** How often somebody may try. */
  guards: GuardSettings;
  /** Milliseconds. */
  signingKeyLifetime: number;
  /** Milliseconds; null: data keys are replaced by command only. */
  dataKeyLifetime: number | null;
  accessTokenTtl: number;
  refreshTokenTtl: number;
  requireVerifiedEmail: boolean;
  concealAccounts: boolean;
  /** Who may do nothing but set up a second factor until there is one; USER is everybody. */
  mfaRequiredRoles: ('USER' | 'SUPPORT' | 'PRIVACY_OFFICER' | 'ADMIN')[];
  passwordMinLength: number;
  argon2: { memoryKib: number; timeCost: number; parallelism: number };
  hashConcurrency: number;
  hashQueueLimit: number;
  passkeys: PasskeySettings;
  retention: RetentionPeriods;
  /** Milliseconds. */
  erasureGrace: number;
  /** Absolute path. */
  erasureLedgerFile: string;
  erasureWebhookUrls: string[];
  auditCheckpoints: ('file' | 'stdout')[];
  auditCheckpointWebhookUrl: string | null;
  /** What a client of `/metrics` sends; null: only clients on the same machine may read it. */
  metricsToken: string | null;
  social: SocialSettings;
  smtpUrl: string | null;
  mailFrom: { name: string; address: string };
  corsOrigins: string[];
  trustedProxies: number;
  /** Milliseconds. */
  requestTimeout: number;
  /** Bytes. */
  bodyLimit: number;
  maxConnections: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

/** Node's pool has four threads for hashes, files and name look-ups alike: one stays free. */
const MOST_HASHES = 3;

/** Every problem of the configuration at once; its message is meant for the operator's console. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(
      ['Custodia cannot start with this configuration:', ...problems.map((line) => `  - ${line}`)].join('\n'),
    );
    this.name = 'ConfigError';
  }
}

/**
 * Reads the environment. Returns the configuration and warnings (misspelt names); throws ConfigError
 * with all problems. Neither ever repeats a value.
 *
 * `findProblems`: what parts further right find wrong with it, told in the same list. Where a setting is itself a
 * problem they see its default.
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  findProblems: (config: Config) => string[] = () => [],
): { config: Config; warnings: string[] } {
  const problems: string[] = [];
  const read = readerOf(env, problems);
  const port = read('PORT') ?? 4000;
  const publicUrl = read('PUBLIC_URL') ?? `http://localhost:${port}`;
  const appUrl = read('APP_URL');
  const dataDir = resolve(read('DATA_DIR') ?? '.data');
  const keyRing = readKeyRingSource(read('KEY_RING_FILE'), read('KEY_RING'), problems);
  const databaseUrl = read('DATABASE_URL');
  const environment = read('NODE_ENV') ?? 'production';
  const oidcNames = findOidcNames(Object.keys(env).filter((name) => env[name]));
  const config: Config = {
    environment,
    host: read('HOST') ?? 'localhost',
    port,
    publicUrl,
    appUrl: appUrl ?? publicUrl,
    servesOwnPages: appUrl === null || appUrl === publicUrl,
    serviceName: read('SERVICE_NAME') ?? 'Custodia',
    dataDir,
    databaseUrl,
    migrationDatabaseUrl: read('MIGRATION_DATABASE_URL'),
    databasePoolSize: read('DATABASE_POOL_SIZE') ?? 10,
    keyRing,
    keys: readKeySettings(read, databaseUrl, problems),
    guards: readGuardSettings(read),
    signingKeyLifetime: read('SIGNING_KEY_LIFETIME') ?? 0,
    dataKeyLifetime: read('DATA_KEY_LIFETIME'),
    accessTokenTtl: read('ACCESS_TOKEN_TTL') ?? 0,
    refreshTokenTtl: read('REFRESH_TOKEN_TTL') ?? 0,
    requireVerifiedEmail: read('REQUIRE_VERIFIED_EMAIL') ?? false,
    concealAccounts: read('CONCEAL_ACCOUNTS') ?? false,
    mfaRequiredRoles: read('MFA_REQUIRED_ROLES') ?? [],
    passwordMinLength: read('PASSWORD_MIN_LENGTH') ?? 12,
    argon2: {
      memoryKib: read('ARGON2_MEMORY_KIB') ?? 65_536,
      timeCost: read('ARGON2_TIME_COST') ?? 3,
      parallelism: read('ARGON2_PARALLELISM') ?? 4,
    },
    hashConcurrency: read('HASH_CONCURRENCY') ?? Math.min(availableParallelism(), MOST_HASHES),
    hashQueueLimit: read('HASH_QUEUE_LIMIT') ?? 100,
    passkeys: readPasskeySettings(read, { publicUrl, appUrl: appUrl ?? publicUrl }, problems),
    retention: {
      unverified: read('RETENTION_UNVERIFIED') ?? 0,
      tokens: read('RETENTION_TOKENS') ?? 0,
      addresses: read('RETENTION_ADDRESSES') ?? 0,
      exports: read('RETENTION_EXPORTS') ?? 0,
      sessions: read('RETENTION_SESSIONS') ?? 0,
      requests: read('IDEMPOTENCY_TTL') ?? 0,
      inactive: read('RETENTION_INACTIVE'),
      inactiveNotice: read('RETENTION_INACTIVE_NOTICE') ?? 0,
    },
    erasureGrace: read('ERASURE_GRACE') ?? 0,
    erasureLedgerFile: resolve(read('ERASURE_LEDGER_FILE') ?? join(dataDir, 'ledger', 'erasures.jsonl')),
    erasureWebhookUrls: read('ERASURE_WEBHOOK_URLS') ?? [],
    auditCheckpoints: read('AUDIT_CHECKPOINTS') ?? [],
    auditCheckpointWebhookUrl: read('AUDIT_CHECKPOINT_WEBHOOK_URL'),
    metricsToken: read('METRICS_TOKEN'),
    social: readSocialSettings(read, { oidcNames, appUrl: appUrl ?? publicUrl }, problems),
    smtpUrl: read('SMTP_URL'),
    mailFrom: read('MAIL_FROM') ?? { name: '', address: '' },
    corsOrigins: read('CORS_ORIGINS') ?? [],
    trustedProxies: read('TRUSTED_PROXIES') ?? 0,
    maxConnections: read('MAX_CONNECTIONS') ?? 0,
    requestTimeout: read('REQUEST_TIMEOUT') ?? 0,
    bodyLimit: read('REQUEST_BODY_LIMIT') ?? 0,
    ...readGraphqlSettings(read, environment, problems),
    logLevel: read('LOG_LEVEL') ?? 'info',
  };
  problems.push(...contradictions(config));
  if (config.environment === 'production') problems.push(...productionProblems(config, env));
  problems.push(...findProblems(config));
  const warnings = [...misspeltNames(env), ...leaks(config)];
  // What is missing may have been set under a misspelt name.
  if (problems.length > 0) throw new ConfigError([...problems, ...warnings]);
  return { config, warnings };
}

type Value<N extends SettingName> = ReturnType<(typeof SETTINGS)[N]['parse']>;

function readerOf(env: NodeJS.ProcessEnv, problems: string[]) {
  return <N extends SettingName>(name: N, variable: string = name): Value<N> | null => {
    const given = env[variable];
    const source = given === undefined || given === '' ? SETTINGS[name].default : given;
    if (source === null) return null;
    try {
      return SETTINGS[name].parse(source) as Value<N>;
    } catch (error) {
      problems.push(`${variable} ${(error as Error).message}.`);
      return null;
    }
  };
}

function readKeyRingSource(file: string | null, json: string | null, problems: string[]): Config['keyRing'] {
  if (file !== null && json !== null) problems.push('Set KEY_RING_FILE or KEY_RING, not both.');
  if (file !== null) return { file: resolve(file) };
  return json === null ? null : { json };
}

function contradictions(config: Config): string[] {
  const problems: string[] = [];
  if (config.migrationDatabaseUrl !== null && config.databaseUrl === null) {
    problems.push('MIGRATION_DATABASE_URL needs DATABASE_URL beside it, the same database for the server.');
  }
  if (config.argon2.memoryKib * config.argon2.timeCost > 4_194_304) {
    problems.push(
      'ARGON2_MEMORY_KIB times ARGON2_TIME_COST must be at most 4194304: one hash would take seconds.',
    );
  }
  const { inactive, inactiveNotice } = config.retention;
  if (inactive !== null && inactiveNotice >= inactive) {
    problems.push('RETENTION_INACTIVE_NOTICE must be shorter than RETENTION_INACTIVE.');
  }
  if (config.refreshTokenTtl > 0 && config.refreshTokenTtl <= config.accessTokenTtl) {
    problems.push('REFRESH_TOKEN_TTL must be longer than ACCESS_TOKEN_TTL.');
  }
  return problems;
}

/** What is fine on a developer's machine and not in front of the public. */
function productionProblems(config: Config, env: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  if (config.keyRing === null) {
    problems.push(
      'Set KEY_RING_FILE (or KEY_RING): production makes no keys of its own. `npm run --silent keys:generate > key-ring.json && chmod 600 key-ring.json` makes a ring; keep a copy apart from the database’s backups.',
    );
  }
  if (!env.PUBLIC_URL) problems.push('Set PUBLIC_URL: links and tokens carry it.');
  else if (!isSecureOrigin(config.publicUrl))
    problems.push('PUBLIC_URL must be https (or a loopback address).');
  if (env.APP_URL && !isSecureOrigin(config.appUrl))
    problems.push('APP_URL must be https (or a loopback address).');
  if (config.databaseUrl === null)
    problems.push('Set DATABASE_URL: the embedded PostgreSQL is for development.');
  if (config.smtpUrl === null) problems.push('Set SMTP_URL: without it mails are files on this machine.');
  if (!env.MAIL_FROM) problems.push('Set MAIL_FROM: the sender of the mails.');
  const own = [config.publicUrl, config.appUrl];
  if (!config.passkeys.origins.every((origin) => own.includes(origin) || isSecureOrigin(origin)))
    problems.push('WEBAUTHN_ORIGINS must be https (or a loopback address).');
  if (config.keys.vault !== null && !isSecureOrigin(config.keys.vault.address))
    problems.push('VAULT_ADDR must be https (or a loopback address).');
  const { memoryKib, timeCost } = config.argon2;
  if (memoryKib * timeCost < 19_456 * 2) {
    problems.push(
      'ARGON2_MEMORY_KIB and ARGON2_TIME_COST are below 19456 and 2, the least that OWASP advises.',
    );
  }
  return problems;
}

function isSecureOrigin(value: string): boolean {
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** What does not keep the promise that it makes. */
function leaks({ concealAccounts, requireVerifiedEmail }: Config): string[] {
  if (!concealAccounts || requireVerifiedEmail) return [];
  return [
    'CONCEAL_ACCOUNTS is true without REQUIRE_VERIFIED_EMAIL: who registers an address can tell by signing in whether it was free.',
  ];
}

/** A variable that is nearly one of ours was probably meant as it. */
function misspeltNames(env: NodeJS.ProcessEnv): string[] {
  const known = [...Object.keys(SETTINGS), ...oidcVariables(findOidcNames(Object.keys(env)))];
  return Object.keys(env).flatMap((name) => {
    const nearest = name.length >= 5 && !known.includes(name) ? findNearestName(name, known) : null;
    return nearest === null ? [] : [`${name} is not a setting of Custodia; did you mean ${nearest}?`];
  });
}
