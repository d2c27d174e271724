import { hash } from '@node-rs/argon2';
import pg from 'pg';
import type { BenchAccount } from './accounts.js';

const TABLES = `
  CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE NOT NULL, password_hash text, is_verified boolean NOT NULL,
    status text NOT NULL, created_at timestamptz NOT NULL, last_login_at timestamptz);
  CREATE TABLE user_profiles (user_id uuid PRIMARY KEY REFERENCES users, full_name text, avatar_url text,
    phone_number text, preferences jsonb NOT NULL);
  CREATE TABLE sessions (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, token_hash text UNIQUE NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());`;

/** Argon2id at the cost of Custodia's default configuration, so that both servers hash alike. */
const ARGON2 = { memoryCost: 65_536, timeCost: 3, parallelism: 4 };

/**
 * Makes the bare server's own database beside Custodia's, on the same PostgreSQL: the same people, in
 * plain columns. Returns its URL.
 */
export async function createBareDatabase(databaseUrl: string, accounts: BenchAccount[]): Promise<string> {
  const name = 'custodia_bench_bare';
  const administrator = new pg.Client(databaseUrl);
  await administrator.connect();
  await administrator.query(`DROP DATABASE IF EXISTS ${name}`);
  await administrator.query(`CREATE DATABASE ${name}`);
  await administrator.end();

  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(TABLES);
  for (const { viewer, email, password } of accounts) {
    const { id, isVerified, status, createdAt, lastLoginAt, profile } = viewer;
    await client.query('INSERT INTO users VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      id, email, await hash(password, ARGON2), isVerified, status, createdAt, lastLoginAt,
    ]); // prettier-ignore
    const { fullName, avatarUrl, phoneNumber, preferences } = profile;
    await client.query('INSERT INTO user_profiles VALUES ($1, $2, $3, $4, $5)', [
      id, fullName, avatarUrl, phoneNumber, preferences,
    ]); // prettier-ignore
  }
  await client.query('ANALYZE');
  await client.end();
  return url.href;
}
