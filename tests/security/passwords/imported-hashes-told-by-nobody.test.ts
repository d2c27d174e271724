import { createPasswords } from '../../../src/security/passwords/passwords.js';

// What is compared is processor time, of which Argon2 takes a multiple of a quick hash made elsewhere: an imported
// account that is refused after a millisecond would be told from an unknown address.
const passwords = createPasswords({
  pepper: { activeId: 'k1', ids: ['k1'], get: () => Buffer.alloc(32, 7) },
  argon2: { memoryKib: 65_536, timeCost: 3, parallelism: 1 },
  concurrency: 1,
  queueLimit: 0,
});

const QUICK: [string, string][] = [
  ['bcrypt of cost 4', '$2b$04$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
  ['one round of PBKDF2', '$pbkdf2-sha256$i=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  ['scrypt of 1 kB', '$scrypt$ln=1,r=4,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
];

async function processorTimeOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

test.each(QUICK)('a refusal of %s costs what an unknown address costs', async (_, stored) => {
  const unknown: number[] = [];
  const imported: number[] = [];
  // In turns, and the least of each: what else runs on the machine makes both dearer.
  for (let round = 0; round < 5; round += 1) {
    unknown.push(await processorTimeOf(() => passwords.verifyAgainstNobody('a wrong password')));
    imported.push(await processorTimeOf(() => passwords.verify(stored, 'a wrong password')));
  }
  expect(Math.min(...imported) / Math.min(...unknown)).toBeGreaterThan(0.5);
});
