import { performance } from 'node:perf_hooks';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ATTACKS, type Attack } from './attack-documents.js';
import { printMachine, printVerdict } from './report.js';
import { startStage } from './stage.js';

/**
 * `npm run bench:attacks`: sends each attack again and again, every time as a text of its own, and prints how long the
 * answer took (the client's time, on the same machine: more than the server's) and how the server's memory grew.
 * Ends with 1 when the median of an attack is over 50 ms.
 */
const { values: options } = parseArgs({ options: { times: { type: 'string', default: '100' } } });
const times = Number(options.times);

const stage = await startStage({ profileDir: undefined });
const url = `http://127.0.0.1:${stage.custodia.port}`;
const authorization = `Bearer ${stage.accounts[0]?.accessToken ?? ''}`;
try {
  printMachine();
  for (const attack of ATTACKS) await send(attack);
  const before = await residentMegabytes();
  const medians: number[] = [];
  for (const attack of ATTACKS) {
    const durations: number[] = [];
    for (let time = 0; time < times; time += 1) durations.push(await send(attack));
    durations.sort((a, b) => a - b);
    const [median, worst] = [durations[Math.floor(times / 2)] ?? 0, durations.at(-1) ?? 0];
    medians.push(median);
    print(
      `${attack.name.padEnd(66)} median ${median.toFixed(1).padStart(6)} ms   worst ${worst.toFixed(1).padStart(6)} ms`,
    );
  }
  const after = await residentMegabytes();
  print(
    `memory: ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after ${times * ATTACKS.length} attacks`,
  );
  printVerdict('the longest median of an attack, ms', Math.max(...medians), { atMost: 50 });
} finally {
  await stage.stop();
}

/** @returns milliseconds until the answer was read; @throws Error when it is not the refusal that is expected */
async function send({ name, body, code }: Attack): Promise<number> {
  const text = JSON.stringify(body(`x${randomBytes(6).toString('hex')}`));
  const start = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: text,
  });
  const answer = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  const duration = performance.now() - start;
  const found = answer.errors?.[0]?.extensions.code;
  if (response.status !== 400 || found !== code) throw new Error(`${name}: ${response.status} ${found}`);
  return duration;
}

async function residentMegabytes(): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1024 ** 2;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
