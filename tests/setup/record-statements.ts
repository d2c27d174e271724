import pg from 'pg';

/**
 * The statements that match `pattern` and that the servers of this process send to PostgreSQL while `work` runs. Jobs
 * and the sealer of the audit log send theirs at the same time: the pattern tells those of the requests from them.
 */
export async function recordStatements(pattern: RegExp, work: () => Promise<unknown>): Promise<string[]> {
  const sent = await recordSent(work);
  return sent.map(({ text }) => text).filter((text) => pattern.test(text));
}

/** Every statement that is sent to PostgreSQL while `work` runs, with its values. */
export async function recordSent(
  work: () => Promise<unknown>,
): Promise<{ text: string; values: unknown[] }[]> {
  const seen: { text: string; values: unknown[] }[] = [];
  const original = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  const recording = function (this: unknown, ...args: unknown[]): unknown {
    const [query, beside] = args as [string | { text?: string; values?: unknown[] } | undefined, unknown];
    const { text = '', values } = typeof query === 'object' ? query : { text: query, values: undefined };
    seen.push({ text, values: values ?? (Array.isArray(beside) ? (beside as unknown[]) : []) });
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
