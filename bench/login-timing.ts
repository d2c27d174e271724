import { loginRequest, type BenchAccount } from './accounts.js';
import { openRawConnection } from './raw-connection.js';
import { quantile, separability } from './statistics.js';

export interface LoginTiming {
  samples: number;
  /** Milliseconds at p5, p50 and p95. */
  known: [number, number, number];
  unknown: [number, number, number];
  /** The chance that a known address takes longer than an unknown one; 0.5 when nothing tells them apart. */
  auc: number;
  /** Standard error of `auc` when the distributions are the same. */
  error: number;
}

/**
 * Times refused sign-ins, with a wrong password for known addresses and for unknown ones, in random
 * order over one connection, and checks that the answers differ in nothing.
 */
export async function measureLoginTiming(
  port: number,
  accounts: readonly BenchAccount[],
  samples: number,
): Promise<LoginTiming> {
  const connection = await openRawConnection('127.0.0.1', port);
  const times = { known: [] as number[], unknown: [] as number[] };
  const answers = new Set<string>();
  for (let index = 0; index < samples * 2; index++) {
    const kind = chooseKind(times, samples);
    const email =
      kind === 'known'
        ? (accounts[index % accounts.length] as BenchAccount).email
        : `absent-${index}@example.com`;
    const request = loginRequest(email, 'a wrong but plausible passphrase');
    const start = performance.now();
    const { status, body } = await connection.exchange(request);
    times[kind].push(performance.now() - start);
    answers.add(`${status} ${withoutRequestId(body)}`);
  }
  connection.close();
  if (answers.size !== 1) throw new Error(`The answers differ: ${[...answers].join('\n')}`);
  const { auc, error } = separability(times.known, times.unknown);
  return { samples, known: spread(times.known), unknown: spread(times.unknown), auc, error };
}

/** Either kind at random, until one has its samples. */
function chooseKind(times: { known: number[]; unknown: number[] }, samples: number): 'known' | 'unknown' {
  if (times.known.length === samples) return 'unknown';
  if (times.unknown.length === samples) return 'known';
  return Math.random() < 0.5 ? 'known' : 'unknown';
}

function withoutRequestId(body: string): string {
  return body.replace(/"requestId":"[^"]*"/, '"requestId":""');
}

function spread(values: readonly number[]): [number, number, number] {
  return [quantile(values, 0.05), quantile(values, 0.5), quantile(values, 0.95)];
}
