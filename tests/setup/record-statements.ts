import pg from 'pg';

/**
 * The statements that match `pattern` and that the servers of this process send to PostgreSQL while `work` runs. Jobs
 * and the sealer of the audit log send theirs at the same time: the pattern tells those of the requests from them.
 */
export async function recordStatements(pattern: RegExp, work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const original = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  const recording = function (this: unknown, ...args: unknown[]): unknown {
    const [query] = args as [string | { text?: string } | undefined];
    const text = typeof query === 'string' ? query : (query?.text ?? '');
    if (pattern.test(text)) seen.push(text);
    return original.apply(this, args);
  };
  Object.assign(pg.Client.prototype, { query: recording });
  try {
    await work();
  } finally {
    Object.assign(pg.Client.prototype, { query: original });
  }
  return seen;
}
