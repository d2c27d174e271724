import pg from 'pg';

/** Rejects when PostgreSQL at `url` does not answer. A connection of its own, so that a full pool does not look like a lost database. */
export async function pingDatabase(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 1_500,
    query_timeout: 1_500,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}
