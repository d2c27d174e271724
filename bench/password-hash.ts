/**
 * Which Argon2 implementation serves more sign-ins: `argon2` (the reference C code) or `@node-rs/argon2` (Rust).
 * Run with `npx swc bench -d dist/bench --strip-leading-paths && node dist/bench/password-hash.js`. Both compute
 * the same tag, in turns, at the default cost and at OWASP's smallest; printed are hashes a second, one at a
 * time and one per core.
 */
import { hash as referenceArgon2 } from 'argon2';
import { hashRaw as rustArgon2 } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';

interface Cost {
  memoryKib: number;
  timeCost: number;
  parallelism: number;
}

const ROUNDS = 3;
const MEASURE_MS = 1_000;
const COSTS: Cost[] = [
  { memoryKib: 65_536, timeCost: 3, parallelism: 4 },
  { memoryKib: 19_456, timeCost: 2, parallelism: 1 },
];

const password = 'correct horse battery staple';
const salt = randomBytes(16);
const secret = randomBytes(32);

const implementations: Record<string, (cost: Cost) => Promise<Buffer>> = {
  argon2: ({ memoryKib, timeCost, parallelism }) =>
    referenceArgon2(password, { raw: true, salt, secret, memoryCost: memoryKib, timeCost, parallelism }),
  '@node-rs/argon2': ({ memoryKib, timeCost, parallelism }) =>
    rustArgon2(password, { salt, secret, memoryCost: memoryKib, timeCost, parallelism }),
};

for (const cost of COSTS) {
  const tags = await Promise.all(Object.values(implementations).map((compute) => compute(cost)));
  if (!tags.every((tag) => tag.equals(tags[0]!))) throw new Error('The implementations disagree.');
  for (const concurrency of [1, availableParallelism()]) {
    const best = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, compute] of Object.entries(implementations)) {
        best.set(name, Math.max(best.get(name) ?? 0, await measure(() => compute(cost), concurrency)));
      }
    }
    const figures = [...best].map(([name, rate]) => `${name} ${rate.toFixed(1)}/s`).join(', ');
    console.log(`${JSON.stringify(cost)}, ${concurrency} at once: ${figures}`);
  }
}

/** Calls `compute` by so many at once for a while. @returns calls a second */
async function measure(compute: () => Promise<unknown>, concurrency: number): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() - startedAt < MEASURE_MS) {
        await compute();
        done += 1;
      }
    }),
  );
  return (done * 1_000) / (performance.now() - startedAt);
}
