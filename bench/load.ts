import { isDeepStrictEqual } from 'node:util';
import { openRawConnection } from './raw-connection.js';

/** What to send, and how to know that each answer is the right one. */
export interface LoadJob {
  host: string;
  port: number;
  connections: number;
  /** The job ends after so many seconds, or after so many requests, whichever comes first. */
  seconds: number;
  maxRequests: number;
  /** Raw HTTP requests, taken in turn. */
  requests: string[];
  /** Request by request: the JSON value that the answer must be, or a text that it must contain. */
  expected: ({ equals: unknown } | { contains: string })[];
}

export interface LoadResult {
  requests: number;
  wrong: number;
  /** The first wrong answer, for the report. */
  firstWrong: string | null;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Runs one job: each connection sends its next request when the answer to the last has come. */
async function runJob(job: LoadJob): Promise<LoadResult> {
  const requests = job.requests.map((text) => Buffer.from(text));
  const isRight = createChecker(job);
  const latencies: number[] = [];
  let sent = 0;
  let wrong = 0;
  let firstWrong: string | null = null;
  const start = performance.now();
  const end = start + job.seconds * 1_000;

  async function drive(): Promise<void> {
    const connection = await openRawConnection(job.host, job.port);
    while (sent < job.maxRequests && performance.now() < end) {
      const index = sent++ % requests.length;
      const sentAt = performance.now();
      const { status, body } = await connection.exchange(requests[index] as Buffer);
      latencies.push(performance.now() - sentAt);
      if (status === 200 && isRight(index, body)) continue;
      wrong += 1;
      firstWrong ??= `${status} ${body.slice(0, 500)}`;
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: job.connections }, drive));
  const seconds = (performance.now() - start) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? NaN;
  const count = latencies.length;
  return { requests: count, wrong, firstWrong, perSecond: count / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Compares by value once for each request, and by text with that first answer from then on. */
function createChecker({ expected }: LoadJob): (index: number, body: string) => boolean {
  const known = new Map<number, string>();
  return (index, body) => {
    const wanted = expected[index];
    if (wanted === undefined) return false;
    if ('contains' in wanted) return body.includes(wanted.contains);
    if (known.get(index) === body) return true;
    if (!isDeepStrictEqual(JSON.parse(body), wanted.equals)) return false;
    known.set(index, body);
    return true;
  };
}

process.on('message', (job: LoadJob) => {
  runJob(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
