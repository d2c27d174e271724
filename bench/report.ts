import { cpus, release } from 'node:os';
import type { LoginTiming } from './login-timing.js';
import type { RevocationTimes } from './revocation.js';
import type { Figures } from './rounds.js';
import { median, quantile } from './statistics.js';

/** What the figures were measured on. */
export function printMachine(): void {
  const [first] = cpus();
  console.log(`Node ${process.version}, ${cpus().length} × ${first?.model.trim()}, Linux ${release()}`);
  console.log('Servers, PostgreSQL and the load generator share these cores.');
}

/** What a figure must come to. */
type Bound = { atLeast: number } | { atMost: number };

/** Says whether a figure reaches its bound; the process ends with 1 when one did not. What is no number did not. */
export function printVerdict(what: string, figure: number, bound: Bound): void {
  const isReached = 'atLeast' in bound ? figure >= bound.atLeast : figure <= bound.atMost;
  const limit = 'atLeast' in bound ? bound.atLeast : bound.atMost;
  const words = 'atLeast' in bound ? 'at least' : 'at most';
  const text = (value: number) => (limit < 10 ? value.toFixed(2) : value.toFixed(0));
  console.log(`${isReached ? 'reached' : 'NOT REACHED'}: ${what}, ${text(figure)} (${words} ${text(limit)})`);
  if (!isReached) process.exitCode = 1;
}

/** The first contestant against the second: a table, and the ratio of their requests per second with what it must be. */
export function printComparison(title: string, figures: Figures[], bound?: Bound): void {
  console.log(`\n${title}`);
  console.log('                requests/s    p50 ms    p99 ms   CPU µs/request');
  for (const { name, perSecond, p50Ms, p99Ms, processorMicros } of figures) {
    const cells = [
      perSecond.toFixed(perSecond < 100 ? 1 : 0),
      p50Ms.toFixed(2),
      p99Ms.toFixed(2),
      processorMicros.toFixed(0),
    ];
    const widths = [10, 10, 10, 17];
    console.log(name.padEnd(16) + cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join(''));
  }
  const [measured, limit] = figures;
  if (!measured || !limit) return;
  const ratios = measured.rounds.map((perSecond, round) => perSecond / (limit.rounds[round] ?? NaN));
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(`ratio ${median(ratios).toFixed(2)} (median of ${ratios.length} pairs of rounds, ${range})`);
  if (bound) printVerdict(`ratio of ${title}`, median(ratios), bound);
}

/** Whether a refused sign-in tells by its time if the address is known. */
export function printLoginTiming({ samples, known, unknown, auc, error }: LoginTiming): void {
  const row = (name: string, times: number[]) =>
    name.padEnd(16) + times.map((time) => time.toFixed(1).padStart(10)).join('');
  console.log(`\nrefused login, ${samples} of each kind in random order, answers byte for byte the same`);
  console.log('                     p5 ms    p50 ms    p95 ms');
  console.log(row('known address', known));
  console.log(row('unknown address', unknown));
  console.log(`known takes longer than unknown in ${(auc * 100).toFixed(1)} % of pairs`);
  console.log(`(50 % means that time tells nothing; standard error ${(error * 100).toFixed(1)} %)`);
}

/** Milliseconds. */
const SOON = { atMost: 1_000 };

/** How soon a second process refuses what the first has ended. */
export function printRevocation(results: readonly RevocationTimes[]): void {
  console.log('\nended in one process, refused by the second after');
  console.log('                            p50 ms    longest');
  for (const { operation, milliseconds } of results) {
    const cells = [quantile(milliseconds, 0.5), Math.max(...milliseconds)];
    console.log(operation.padEnd(24) + cells.map((cell) => cell.toFixed(1).padStart(10)).join(''));
  }
  const longest = Math.max(...results.flatMap(({ milliseconds }) => milliseconds));
  printVerdict('longest until the second process refuses, ms', longest, SOON);
}
