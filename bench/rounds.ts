import { processorSeconds, type LoadGenerator, type ServerProcess } from './child-processes.js';
import type { LoadJob } from './load.js';
import { median } from './statistics.js';

/** One of the servers that are compared, with its requests and what must come back. */
export interface Contestant {
  name: string;
  server: ServerProcess;
  requests: string[];
  expected: LoadJob['expected'];
}

export interface Figures {
  name: string;
  /** Medians over the rounds. */
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server process for one request. */
  processorMicros: number;
  /** Requests per second, round by round. */
  rounds: number[];
}

const WARM_UP_ROUNDS = 2;
const MAX_REQUESTS = 1_000_000;

/**
 * Loads the contestants in turns with what they are asked for.
 * Throws on any wrong answer: a fast wrong answer is worth nothing.
 */
export function compare(
  generator: LoadGenerator,
  contestants: Contestant[],
  { rounds, seconds, connections }: { rounds: number; seconds: number; connections: number },
): Promise<Figures[]> {
  return inTurns(contestants, rounds, (contestant) => measure(generator, contestant, seconds, connections));
}

/** Measures the contestants in turns (A B A B …), so that whatever else the machine does falls on all alike. */
export async function inTurns<T extends { name: string }>(
  contestants: readonly T[],
  rounds: number,
  takeSample: (contestant: T) => Promise<Sample>,
): Promise<Figures[]> {
  const samples = contestants.map(() => [] as Sample[]);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const sample = await takeSample(contestant);
      if (round >= 0) samples[index]?.push(sample);
    }
  }
  return contestants.map(({ name }, index) => summarise(name, samples[index] ?? []));
}

/** What one round of one contestant gave. */
export type Sample = Omit<Figures, 'name' | 'rounds'>;

async function measure(
  generator: LoadGenerator,
  { name, server, requests, expected }: Contestant,
  seconds: number,
  connections: number,
): Promise<Sample> {
  const before = processorSeconds(server.pid);
  const { port } = server;
  const job = {
    host: '127.0.0.1',
    port,
    connections,
    seconds,
    maxRequests: MAX_REQUESTS,
    requests,
    expected,
  };
  const result = await generator.run(job);
  if (result.wrong > 0)
    throw new Error(`${name}: ${result.wrong} wrong answers, the first: ${result.firstWrong}`);
  const processorMicros = ((processorSeconds(server.pid) - before) / result.requests) * 1e6;
  return { perSecond: result.perSecond, p50Ms: result.p50Ms, p99Ms: result.p99Ms, processorMicros };
}

function summarise(name: string, samples: Sample[]): Figures {
  const of = (field: keyof Sample) => median(samples.map((sample) => sample[field]));
  return {
    name,
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    processorMicros: of('processorMicros'),
    rounds: samples.map(({ perSecond }) => perSecond),
  };
}
