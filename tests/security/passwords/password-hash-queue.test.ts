import { AppError } from '../../../src/errors.js';
import { createHashQueue } from '../../../src/security/passwords/hash-queue.js';
import { createPasswords } from '../../../src/security/passwords/passwords.js';

const PASSWORD = 'correct horse battery staple';
const BCRYPT = '$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK';

function passwordsWith(concurrency: number, queueLimit: number) {
  return createPasswords({
    pepper: { activeId: 'k1', ids: ['k1'], get: () => Buffer.alloc(32, 7) },
    argon2: { memoryKib: 16_384, timeCost: 2, parallelism: 1 },
    concurrency,
    queueLimit,
  });
}

test('what does not fit is refused with a hint when to come again, what waits is served', async () => {
  const passwords = passwordsWith(2, 3);
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => passwords.hash(PASSWORD)));
  expect(results.map(({ status }) => status)).toEqual([
    ...Array<string>(5).fill('fulfilled'),
    ...Array<string>(4).fill('rejected'),
  ]);
  for (const result of results.slice(5)) {
    const error = (result as PromiseRejectedResult).reason as AppError;
    expect(error).toBeInstanceOf(AppError);
    expect(error.code).toBe('OVERLOADED');
    expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1);
  }
  expect(passwords.load()).toEqual({ running: 0, waiting: 0 });
  expect(await passwords.hash(PASSWORD)).toMatch(/^\$argon2id/);
});

test('every kind of check takes its turn: ours, imported, and for nobody', async () => {
  const passwords = passwordsWith(1, 0);
  const ours = await passwords.hash(PASSWORD);
  const busy = passwords.hash(PASSWORD);
  expect(passwords.load()).toEqual({ running: 1, waiting: 0 });
  await expect(passwords.verify(ours, PASSWORD)).rejects.toMatchObject({ code: 'OVERLOADED' });
  await expect(passwords.verify(BCRYPT, 'U*U*')).rejects.toMatchObject({ code: 'OVERLOADED' });
  await expect(passwords.verifyAgainstNobody(PASSWORD)).rejects.toMatchObject({ code: 'OVERLOADED' });
  await busy;
  expect(await passwords.verify(BCRYPT, 'U*U*')).toEqual({ matches: true, needsRehash: true });
  await passwords.verifyAgainstNobody(PASSWORD);
});

test('a password of 1 MB takes no place in the queue', async () => {
  const passwords = passwordsWith(1, 0);
  const ours = await passwords.hash(PASSWORD);
  const busy = passwords.hash(PASSWORD);
  const tooLong = 'a'.repeat(1_000_000);
  expect(await passwords.verify(ours, tooLong)).toEqual({ matches: false, needsRehash: false });
  await passwords.verifyAgainstNobody(tooLong);
  expect(passwords.load()).toEqual({ running: 1, waiting: 0 });
  await busy;
});

test('the event loop keeps turning while hashes are computed', async () => {
  const passwords = passwordsWith(2, 10);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await Promise.all(Array.from({ length: 6 }, () => passwords.hash(PASSWORD)));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

describe('the queue', () => {
  /** Work that ends when told to, and the order in which it started. */
  function controlledWork() {
    const started: string[] = [];
    const finish = new Map<string, () => void>();
    const work = (name: string) => () =>
      new Promise<string>((resolve) => {
        started.push(name);
        finish.set(name, () => resolve(name));
      });
    return { started, finish: (name: string) => finish.get(name)!(), work };
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test('serves in the order of arrival and never more at once than allowed', async () => {
    const queue = createHashQueue({ concurrency: 2, queueLimit: 10 });
    const { started, finish, work } = controlledWork();
    const all = ['a', 'b', 'c', 'd'].map((name) => queue.run(work(name)));
    await settle();
    expect(started).toEqual(['a', 'b']);
    finish('b');
    all.push(queue.run(work('e')));
    await settle();
    expect(started).toEqual(['a', 'b', 'c']);
    finish('a');
    await settle();
    finish('c');
    await settle();
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
    finish('d');
    finish('e');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(queue.load()).toEqual({ running: 0, waiting: 0 });
  });

  test('work that fails frees its place', async () => {
    const queue = createHashQueue({ concurrency: 1, queueLimit: 1 });
    const failing = queue.run(() => Promise.reject(new Error('broken')));
    const next = queue.run(() => Promise.resolve('served'));
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('served');
    expect(queue.load()).toEqual({ running: 0, waiting: 0 });
  });

  test.each([
    [0, 1],
    [1.5, 1],
    [1, -1],
    [NaN, 1],
  ])('refuses concurrency %d with limit %d', (concurrency, queueLimit) => {
    expect(() => createHashQueue({ concurrency, queueLimit })).toThrow(RangeError);
  });
});
