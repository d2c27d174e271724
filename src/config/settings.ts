import {
  bearerToken, checkpointPlaces, domainName, duration, durationOrOff, issuerUrl, mailbox, names, oneOf, origin, origins, postgresUrl, returnUrls, rolesOrNone, secureOrigin, smtpUrl, text,
  vaultPath, wholeNumber, yesOrNo, webhookUrl, webhookUrls,
} from './setting-values.js'; // prettier-ignore

export interface Setting<T> {
  /** What stands when the variable is unset, as its text; null: nothing. */
  default: string | null;
  /** One sentence for the README's table. */
  meaning: string;
  parse: (text: string) => T;
}

function setting<T, D extends string | null>(
  fallback: D,
  meaning: string,
  parse: (text: string) => T,
): Setting<T> & { default: D } {
  return { default: fallback, meaning, parse };
}

/** Every environment variable that the server reads. The README's table is checked against this one. */
export const SETTINGS = {
  NODE_ENV: setting('development', '`production` refuses weak set-ups, hides the schema and the Sandbox.', oneOf('development', 'production', 'test')), // prettier-ignore
  HOST: setting('localhost', 'Address to listen on; `0.0.0.0` for every interface.', text),
  PORT: setting('4000', 'Port to listen on; `0` takes a free one.', wholeNumber(0, 65_535)),
  PUBLIC_URL: setting(null, 'Origin at which clients reach the server; issuer of its tokens. Default: `http://localhost:PORT`.', origin),
  APP_URL: setting(null, 'Origin of your SPA, where links in mails lead. Default: `PUBLIC_URL`, with the server’s own pages.', origin),
  SERVICE_NAME: setting('Custodia', 'Name of your service in mails and pages; may not be part of a password.', text),
  DATA_DIR: setting('.data', 'Folder for the embedded database, development keys and mail files.', text),
  DATABASE_URL: setting(null, 'PostgreSQL 15 or newer. Default: an embedded PostgreSQL in `DATA_DIR`.', postgresUrl),
  MIGRATION_DATABASE_URL: setting(null, 'The same database as its owner, who applies migrations; then `DATABASE_URL` needs no rights of its own.', postgresUrl),
  DATABASE_POOL_SIZE: setting('10', 'Connections of one process to the database.', wholeNumber(2, 500)),
  KEY_RING_FILE: setting(null, 'File with the key ring, readable by its owner only (mode 0600).', text),
  KEY_RING: setting(null, 'The key ring itself, as JSON, in place of a file.', text),
  KEY_ENCRYPTION: setting('ring', 'Who wraps the data keys: the key `ring`, `aws-kms` or `vault` (docs/keys.md).', oneOf('ring', 'aws-kms', 'vault')),
  AWS_KMS_KEY_ID: setting(null, 'Id, ARN or alias of a symmetric KMS key; further ones, comma-separated, only unwrap.', names),
  VAULT_ADDR: setting(null, 'Origin of HashiCorp Vault or OpenBao.', origin),
  VAULT_TOKEN: setting(null, 'Its token.', text),
  VAULT_TOKEN_FILE: setting(null, 'File with its token, read anew for each call: an agent may renew it.', text),
  VAULT_NAMESPACE: setting(null, 'Its namespace, where it has any.', text),
  VAULT_TRANSIT_MOUNT: setting('transit', 'Where its transit engine is mounted.', vaultPath),
  VAULT_TRANSIT_KEY: setting(null, 'Name of an AEAD key of its transit engine.', vaultPath),
  KEY_CACHE_TTL: setting('1h', 'How long an unwrapped data key stays in memory; those in use are renewed at half of it.', duration),
  KEYSTORE_DATABASE_URL: setting(null, 'Another PostgreSQL for the data keys, with backups of its own (docs/keys.md).', postgresUrl),
  SIGNING_KEY_LIFETIME: setting('90d', 'How long a signing key signs before its successor does.', duration),
  ENCRYPTION_KEY_LIFETIME: setting('off', 'Age at which the hourly upkeep replaces the ring’s key-encryption key, in a file that all processes share.', durationOrOff),
  SEARCH_INDEX_KEY_LIFETIME: setting('off', 'The same for the search-index key.', durationOrOff),
  PEPPER_LIFETIME: setting('off', 'The same for the pepper; passwords move on as their owners sign in.', durationOrOff),
  DATA_KEY_LIFETIME: setting('off', 'Data keys older than this are replaced by the hourly upkeep of keys; `off`: only by command.', durationOrOff),
  ACCESS_TOKEN_TTL: setting('10m', 'Life of an access token.', duration),
  REFRESH_TOKEN_TTL: setting('30d', 'Life of a refresh token; each refresh starts it anew.', duration),
  REQUIRE_VERIFIED_EMAIL: setting('false', 'Refuse sign-in until the e-mail address is verified.', yesOrNo),
  CONCEAL_ACCOUNTS: setting('false', 'Answer a registration alike whether or not the address is taken; needs `REQUIRE_VERIFIED_EMAIL=true`.', yesOrNo),
  MFA_REQUIRED_ROLES: setting('ADMIN,PRIVACY_OFFICER', 'Who may only set up a second factor until there is one; `USER` is everybody, `none` nobody.', rolesOrNone),
  PASSWORD_MIN_LENGTH: setting('12', 'Shortest password, in characters.', wholeNumber(8, 64)),
  ARGON2_MEMORY_KIB: setting('65536', 'Memory of one Argon2id hash, in KiB.', wholeNumber(1024, 1_048_576)),
  ARGON2_TIME_COST: setting('3', 'Passes of Argon2id.', wholeNumber(1, 100)),
  ARGON2_PARALLELISM: setting('4', 'Lanes of Argon2id.', wholeNumber(1, 64)),
  HASH_CONCURRENCY: setting(null, 'Passwords hashed at the same time. Default: the number of cores, at most 3.', wholeNumber(1, 256)),
  HASH_QUEUE_LIMIT: setting('100', 'Passwords that may wait to be hashed; more answer `OVERLOADED`.', wholeNumber(1, 100_000)),
  WEBAUTHN_RP_ID: setting(null, 'Domain that passkeys belong to: the host of `APP_URL` (the default) or a parent domain of it.', domainName),
  WEBAUTHN_ORIGINS: setting('', 'Further origins within it whose pages may use passkeys, comma-separated; `APP_URL` and `PUBLIC_URL` may.', origins),
  RETENTION_UNVERIFIED: setting('7d', 'Sign-ups whose address is not verified and that nobody uses are erased after this.', duration),
  RETENTION_TOKENS: setting('1d', 'Mailed links and sign-in challenges are deleted this long after they were used or ran out.', duration),
  RETENTION_ADDRESSES: setting('90d', 'Network addresses and user agents are deleted this long after the sign-in or event.', duration),
  RETENTION_EXPORTS: setting('7d', 'How long a finished data export can be fetched.', duration),
  RETENTION_SESSIONS: setting('30d', 'Sessions are deleted this long after they ended.', duration),
  IDEMPOTENCY_TTL: setting('24h', 'How long an `Idempotency-Key` gets the stored answer.', duration),
  RETENTION_INACTIVE: setting('1095d', 'Accounts are deleted (recoverably) after this long without use; `off`: never.', durationOrOff),
  RETENTION_INACTIVE_NOTICE: setting('30d', 'How long before that the person is told by mail.', duration),
  ERASURE_GRACE: setting('30d', 'How long an erasure that somebody asks for can be cancelled.', duration),
  ERASURE_LEDGER_FILE: setting(null, 'File that lists erasures; restored backups are compared with it. Default: `DATA_DIR/ledger/erasures.jsonl`.', text),
  ERASURE_WEBHOOK_URLS: setting('', 'Systems that are told of each erasure, comma-separated.', webhookUrls),
  AUDIT_CHECKPOINTS: setting('file', 'Where signed checkpoints of the audit log go: `file` (`DATA_DIR/audit`), `stdout`, or both, comma-separated.', checkpointPlaces),
  AUDIT_CHECKPOINT_WEBHOOK_URL: setting(null, 'System that is sent each checkpoint.', webhookUrl),
  METRICS_TOKEN: setting(null, 'Bearer token for `/metrics`. Default: only clients on the same machine may read it.', bearerToken),
  SMTP_URL: setting(null, 'Mail server. Default: each mail becomes a file in `DATA_DIR/mail`.', smtpUrl),
  MAIL_FROM: setting('Custodia <no-reply@localhost.example>', 'Sender of the mails.', mailbox),
  CORS_ORIGINS: setting('', 'Origins of browser clients, comma-separated.', origins),
  TRUSTED_PROXIES: setting('0', 'Proxies in front: the client is that many from the right in `X-Forwarded-For`.', wholeNumber(0, 10)),
  MAX_CONNECTIONS: setting('10000', 'Connections of clients that one process holds open; further ones are closed at once.', wholeNumber(10, 1_000_000)),
  REQUEST_TIMEOUT: setting('30s', 'Longest time that a request may take; then its work in the database is cancelled.', duration),
  REQUEST_BODY_LIMIT: setting('102400', 'Largest request body, in bytes.', wholeNumber(1_024, 10_485_760)),
  GRAPHQL_MAX_TOKENS: setting('1000', 'Lexical tokens of one GraphQL document.', wholeNumber(50, 5_000)),
  GRAPHQL_MAX_OPERATIONS: setting('1', 'Operations that one document may define.', wholeNumber(1, 100)),
  GRAPHQL_MAX_DEPTH: setting('15', 'Fields inside one another.', wholeNumber(3, 100)),
  GRAPHQL_MAX_BREADTH: setting('100', 'Fields beside one another in one selection, fragments written out.', wholeNumber(10, 1_000)),
  GRAPHQL_MAX_ALIASES: setting('30', 'Aliases of one operation, fragments written out.', wholeNumber(0, 1_000)),
  GRAPHQL_MAX_DIRECTIVES: setting('20', 'Directives of one operation, fragments written out.', wholeNumber(0, 1_000)),
  GRAPHQL_MAX_COST: setting('10000', 'Cost of one operation: weights of its fields, those in lists once for each entry (docs/graphql.md).', wholeNumber(100, 10_000_000)),
  GRAPHQL_INTROSPECTION: setting(null, 'Answer introspection, and suggest names in errors. Default: `true` outside production.', yesOrNo),
  PERSISTED_QUERIES: setting('1000', 'Operations that clients may leave with the server by their hash; `0`: none.', wholeNumber(0, 100_000)),
  PERSISTED_OPERATIONS: setting(null, 'Manifest of the operations of your clients (docs/graphql.md).', text),
  PERSISTED_OPERATIONS_ONLY: setting('false', 'Answer the operations of the manifest and no others.', yesOrNo),
  GOOGLE_CLIENT_ID: setting(null, 'Client id of “Sign in with Google” (docs/sign-in.md).', text),
  GOOGLE_CLIENT_SECRET: setting(null, 'Its secret.', text),
  GITHUB_CLIENT_ID: setting(null, 'Client id of an OAuth app of GitHub.', text),
  GITHUB_CLIENT_SECRET: setting(null, 'Its secret.', text),
  GITHUB_URL: setting('https://github.com', 'Origin of GitHub, or of your GitHub Enterprise Server.', secureOrigin),
  'OIDC_<NAME>_ISSUER': setting(null, 'Issuer of a further OpenID provider, called NAME in lower case; any number of them.', issuerUrl),
  'OIDC_<NAME>_CLIENT_ID': setting(null, 'Client id at that provider.', text),
  'OIDC_<NAME>_CLIENT_SECRET': setting(null, 'Its secret.', text),
  'OIDC_<NAME>_TRUST_EMAIL': setting('false', 'Take its addresses for verified also where it does not say so: for a directory that you run.', yesOrNo),
  SOCIAL_RETURN_URLS: setting(null, 'Where browsers may come back to, comma-separated, the first by default. Default: `APP_URL/auth/complete`.', returnUrls),
  LOG_LEVEL: setting('info', 'How much is logged.', oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')),
} as const; // prettier-ignore

export type SettingName = keyof typeof SETTINGS;
