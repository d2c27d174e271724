import { pino, type Logger, type LevelWithSilent } from 'pino';

export type Log = Logger;

/**
 * What may appear in a log line. Redaction by path misses deeper keys and error messages, so the log
 * works by allow-list: only these fields are written, and of an error only its name, code and stack
 * frames (its message may quote a value).
 */
const ALLOWED_FIELDS = new Set([
  'requestId', 'userId', 'sessionId', 'action', 'operation', 'code', 'status', 'method', 'route', 'durationMs',
  'job', 'jobId', 'rowId', 'attempt', 'template', 'mailId', 'keyId', 'model', 'field', 'count', 'port', 'host', 'channel',
  'signal', 'migration', 'version', 'reason', 'pid', 'setting', 'suggestion', 'retryAfterSeconds', 'err',
]); // prettier-ignore

/** The process's log: one JSON object a line on stdout, allow-listed fields only. */
export function createLog(level: LevelWithSilent, destination?: NodeJS.WritableStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: keepAllowedFields },
    },
    destination as never,
  );
}

function keepAllowedFields(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!ALLOWED_FIELDS.has(name)) continue;
    kept[name] = name === 'err' ? describeError(value) : value;
  }
  return kept;
}

/** An error without its message: name, code and where it was thrown, down the chain of causes. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    stack: frames.slice(0, 12).map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
