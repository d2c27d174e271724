/** What this uses of `navigator.locks` (Web Locks API, in every current browser). */
export interface WebLocks {
  request<T>(name: string, options: { mode: 'exclusive' | 'shared' }, work: () => Promise<T>): Promise<T>;
  query(): Promise<{ held?: { name?: string | undefined }[] | undefined }>;
}

/** One lock for all tabs of this origin, and what they know of each other's tokens by it. */
export interface TabLock {
  /** Runs work that no other tab, and no other work of this tab, does at the same time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Lets the other tabs know until when this tab has a token; null: it has none. Done when they can see it. */
  announce(expiresAt: number | null): Promise<void>;
  /** Whether it is worth while to ask the other tabs for a token that expires after this moment. */
  someoneHasNewerThan(expiresAt: number): Promise<boolean>;
}

/**
 * The lock of the tabs. A tab with a token holds a second, shared lock whose name says when the token expires. So a tab
 * that comes to refresh can tell for certain whether another one has refreshed just before, whose message may still be
 * on its way.
 *
 * Without `navigator.locks` there is no way to exclude other tabs: work excludes only other work of this tab, and
 * others are always worth asking.
 */
export function createTabLock(locks: WebLocks | null, name: string): TabLock {
  return locks === null ? createLoneTabLock() : createWebTabLock(locks, name);
}

function createWebTabLock(locks: WebLocks, name: string): TabLock {
  const prefix = `${name}:token:`;
  let release = (): void => undefined;
  let announced: Promise<void> = Promise.resolve();

  function announce(expiresAt: number | null): Promise<void> {
    announced = announced.then(async () => {
      const releaseBefore = release;
      release = () => undefined;
      if (expiresAt !== null) await hold(`${prefix}${Math.round(expiresAt)}`);
      releaseBefore();
    });
    return announced;
  }

  function hold(lockName: string): Promise<void> {
    return new Promise((granted, failed) => {
      const work = () => {
        granted();
        return new Promise<void>((done) => (release = done));
      };
      locks.request(lockName, { mode: 'shared' }, work).catch(failed);
    });
  }

  async function someoneHasNewerThan(expiresAt: number): Promise<boolean> {
    const { held = [] } = await locks.query();
    return held.some(
      ({ name: held }) =>
        held?.startsWith(prefix) && Number(held.slice(prefix.length)) > Math.round(expiresAt),
    );
  }

  return {
    exclusively: (work) => locks.request(name, { mode: 'exclusive' }, work),
    announce,
    someoneHasNewerThan,
  };
}

function createLoneTabLock(): TabLock {
  let last: Promise<unknown> = Promise.resolve();
  return {
    exclusively(work) {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
    announce: async () => undefined,
    someoneHasNewerThan: async () => true,
  };
}
