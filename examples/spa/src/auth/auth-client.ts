import { readGrant, type AccessToken, type Grant } from './access-token.js';
import { AuthUnavailableError } from './auth-error.js';
import { createAuthStore, type AuthState } from './auth-state.js';
import { createBackoff } from './backoff.js';
import { browserPlatform, type Platform } from './platform.js';
import { createSessionRequests, type Outcome } from './session-requests.js';
import { createTabChannel, type TabMessage } from './tab-channel.js';
import { createTabLock } from './tab-lock.js';

export interface AuthClientOptions {
  /** Where the server answers GraphQL; on the origin of the page, or one that the server's CORS_ORIGINS lets in. */
  endpoint?: string;
  /** Tabs with the same name share one sign-in. */
  name?: string;
  platform?: Partial<Platform>;
}

/** Put it into the context of an operation that signs in: it then waits for no refresh. */
export const WITHIN_SIGN_IN = { withinSignIn: true } as const;

/** An answer of another tab arrives in milliseconds; one that is busy gets a little longer. */
const ANSWER_WAIT = { certain: 1_000, perhaps: 200 };
/** A token that ends within this is not sent any more, in milliseconds. */
const LEEWAY = 2_000;
/** Under the ten seconds for which the server honours the predecessor of a lost answer. */
const REQUEST_TIMEOUT = 8_000;

export type AuthClient = ReturnType<typeof createAuthClient>;

/**
 * Keeps somebody signed in, in cookie mode: the refresh token lives in an HttpOnly cookie, the access token in the
 * memory of the tabs and nowhere else. Begins at once to find out whether somebody is signed in.
 */
export function createAuthClient(options: AuthClientOptions = {}) {
  const { endpoint = '/graphql', name = 'custodia-auth' } = options;
  const platform: Platform = { ...browserPlatform(), ...options.platform };
  const { now } = platform;
  const requests = createSessionRequests({ endpoint, fetch: platform.fetch, timeout: REQUEST_TIMEOUT });
  const lock = createTabLock(platform.locks, name);
  const channel = createTabChannel(platform.openChannel(name), hear);
  const store = createAuthStore();
  const backoff = createBackoff(platform);
  const stopListening = platform.onWake(wake);
  let token: AccessToken | null = null;
  let rejected: string | null = null;
  let clockOffset = 0;
  let renewing: Promise<void> | null = null;
  let announced: Promise<void> = Promise.resolve();
  let callOff = (): void => undefined;

  void renew().catch(() => undefined);

  const usable = (): boolean =>
    token !== null && token.value !== rejected && token.expiresAt - LEEWAY > now();
  const isDue = (): boolean => !usable() || token === null || token.dueAt <= now();

  /** Another tab spoke. */
  function hear(message: TabMessage): void {
    const state = store.get();
    if (message.kind === 'wanted') {
      if (token && usable() && token.expiresAt > message.newerThan) channel.tell({ kind: 'token', token });
    } else if (message.kind === 'signed-in') {
      keep(message.token);
    } else if (message.kind === 'token') {
      const isOwn = state.status === 'signed-in' && state.sessionId === message.token.sessionId;
      if (state.status === 'starting' || (isOwn && message.token.expiresAt > (token?.expiresAt ?? 0)))
        keep(message.token);
    } else if (state.status === 'signed-in' && state.sessionId === message.sessionId) {
      end(message.code === 'SIGNED_OUT' ? null : message.code);
    }
  }

  function keep(next: AccessToken): void {
    token = next;
    rejected = null;
    backoff.clear();
    store.set({ status: 'signed-in', sessionId: next.sessionId, problem: null });
    announced = lock.announce(next.expiresAt);
    schedule(next.dueAt);
  }

  function end(reason: string | null): void {
    token = null;
    backoff.clear();
    callOff();
    void lock.announce(null);
    store.set({ status: 'signed-out', reason });
  }

  function schedule(moment: number): void {
    callOff();
    callOff = platform.after(moment - now(), wake);
  }

  function wake(networkIsBack = false): void {
    if (store.get().status === 'signed-out') return;
    if (networkIsBack) backoff.hurry();
    if (isDue()) void renew().catch(() => undefined);
    else if (token) schedule(token.dueAt);
  }

  /** One refresh at a time, in this tab and among all of them. */
  function renew(): Promise<void> {
    renewing ??= lock.exclusively(renewUnderLock).finally(() => (renewing = null));
    return renewing;
  }

  async function renewUnderLock(): Promise<void> {
    if (store.get().status === 'signed-out' || !isDue()) return;
    backoff.requireTurn();
    if (await takeFromAnotherTab()) return;
    await follow(await requests.refresh());
  }

  async function takeFromAnotherTab(): Promise<boolean> {
    const newerThan = Math.max(token?.expiresAt ?? 0, now() + LEEWAY);
    if (!(await lock.someoneHasNewerThan(newerThan))) return false;
    await channel.ask(newerThan, platform.locks ? ANSWER_WAIT.certain : ANSWER_WAIT.perhaps);
    return !isDue(); // hear() has kept what came
  }

  async function follow(outcome: Outcome): Promise<void> {
    const before = store.get();
    if (outcome.kind === 'granted') {
      if (outcome.serverTime !== null) noteServerTime(outcome.serverTime);
      await take('token', outcome.grant, outcome.grant.sessionId);
    } else if (outcome.kind === 'later') {
      const error = backoff.note(outcome);
      store.note(backoff.problem());
      schedule(error.retryAt);
      throw error;
    } else if (before.status === 'signed-in') {
      channel.tell({ kind: 'signed-out', sessionId: before.sessionId, code: outcome.code });
      end(outcome.code);
    } else {
      // Nobody knows of a session: a cookie that is absent or ran out is no news, one that was copied is.
      end(outcome.code === 'TOKEN_INVALID' || outcome.code === 'UNAUTHENTICATED' ? null : outcome.code);
    }
  }

  /** Keeps a token and shares it. Held locks show it before this tab lets the others go on. */
  async function take(kind: 'token' | 'signed-in', grant: Grant, sessionId: string): Promise<void> {
    const next = readGrant(grant, sessionId, now(), clockOffset);
    keep(next);
    await announced;
    channel.tell({ kind, token: next });
  }

  /** Tells how far the server's clock is from this device's: the time at which an answer was sent. */
  function noteServerTime(time: number): void {
    clockOffset = time - now();
  }

  /**
   * A valid access token, refreshed if need be; null when nobody is signed in.
   *
   * @throws AuthUnavailableError when it has run out and cannot be refreshed just now
   */
  async function getAccessToken(): Promise<string | null> {
    if (store.get().status === 'signed-out') return null;
    if (!usable()) await renew();
    return token?.value ?? null;
  }

  /**
   * The token to try again with, after the server has refused one as UNAUTHENTICATED; null when there is none for
   * the same session, so that nothing is repeated in somebody else's name.
   *
   * @throws AuthUnavailableError
   */
  async function replaceRefused(refused: string): Promise<string | null> {
    const sessionId = token?.sessionId;
    if (token?.value === refused) {
      rejected = refused;
      await renew();
      if (usable() === false) await renew(); // the one under way may have begun before the refusal
    }
    return token && usable() && token.sessionId === sessionId ? token.value : null;
  }

  /**
   * Runs a sign-in (`login`, `completeMfa`, `reauthenticate` and the like) while no tab refreshes, since both would
   * set the cookie, and shares its token with the other tabs.
   *
   * @param request sends the operation, with the given context, and answers the grant; null when there is none, as
   *   when a second factor is asked for
   * @returns whether there was one
   * @throws what `request` throws
   */
  async function signIn(
    request: (context: typeof WITHIN_SIGN_IN) => Promise<Grant | null>,
  ): Promise<boolean> {
    if (store.get().status === 'signed-in') await getAccessToken();
    return lock.exclusively(async () => {
      const grant = await request(WITHIN_SIGN_IN);
      if (!grant) return false;
      const state = store.get();
      const sessionId = grant.sessionId ?? (state.status === 'signed-in' ? state.sessionId : null);
      if (sessionId === null) throw new Error('A sign-in has to name its session.');
      await take('signed-in', grant, sessionId);
      return true;
    });
  }

  /**
   * Ends the session, here and in every other tab.
   *
   * @throws AuthUnavailableError when the server was not reached: the person is still signed in then
   */
  async function signOut(): Promise<void> {
    await lock.exclusively(async () => {
      const state = store.get();
      const outcome = await requests.logout();
      if (outcome.kind === 'later')
        throw new AuthUnavailableError({
          code: outcome.code,
          retryAt: now() + 1_000 * (outcome.retryAfterSeconds ?? 1),
        });
      if (state.status === 'signed-in')
        channel.tell({ kind: 'signed-out', sessionId: state.sessionId, code: 'SIGNED_OUT' });
      end(null);
    });
  }

  return {
    getState: (): AuthState => store.get(),
    subscribe: store.subscribe,
    getAccessToken,
    /** The token as it is, without waiting for a refresh; for operations within `signIn`. */
    currentAccessToken: (): string | null => (usable() ? (token?.value ?? null) : null),
    replaceRefused,
    signIn,
    signOut,
    noteServerTime,
    /** Stops timers and listeners, and leaves the session as it is. */
    close: (): void => {
      callOff();
      stopListening();
      void lock.announce(null);
      channel.close();
    },
  };
}
