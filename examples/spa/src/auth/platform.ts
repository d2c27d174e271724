import type { MessageChannelLike } from './tab-channel.js';
import type { WebLocks } from './tab-lock.js';

/** What the client uses of the browser. Tests hand in their own. */
export interface Platform {
  fetch: typeof fetch;
  /** Null where there is no Web Locks API (pages that are neither https nor localhost have none). */
  locks: WebLocks | null;
  openChannel(name: string): MessageChannelLike | null;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Calls once after so many milliseconds; returns what calls it off. */
  after(milliseconds: number, call: () => void): () => void;
  /** Calls whenever timers may have been late: the page is looked at again, or the network is back. */
  onWake(call: (networkIsBack: boolean) => void): () => void;
  /** From 0 to 1, to spread attempts. */
  random(): number;
}

interface EventSource {
  addEventListener(name: string, call: () => void): void;
  removeEventListener(name: string, call: () => void): void;
}

interface BrowserGlobals {
  navigator?: { locks?: WebLocks };
  BroadcastChannel?: new (name: string) => MessageChannelLike;
  document?: EventSource & { visibilityState: string };
  addEventListener?: EventSource['addEventListener'];
}

/** Timers of browsers count in 32 bits: what is further away is looked at again then. */
const LONGEST_TIMER = 2_147_000_000;

/** The browser this runs in. */
export function browserPlatform(): Platform {
  const browser = globalThis as unknown as BrowserGlobals;
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    locks: browser.navigator?.locks ?? null,
    openChannel: (name) => (browser.BroadcastChannel ? new browser.BroadcastChannel(name) : null),
    now: () => Date.now(),
    after(milliseconds, call) {
      const timer = setTimeout(call, Math.min(Math.max(milliseconds, 0), LONGEST_TIMER));
      return () => clearTimeout(timer);
    },
    onWake: (call) => listenForWaking(browser, call),
    random: () => Math.random(),
  };
}

function listenForWaking({ document, addEventListener }: BrowserGlobals, call: (back: boolean) => void) {
  if (!document || !addEventListener) return () => undefined;
  const window = globalThis as unknown as EventSource;
  const seen = (): void => {
    if (document.visibilityState === 'visible') call(false);
  };
  const shown = (): void => call(false);
  const online = (): void => call(true);
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('pageshow', shown);
  window.addEventListener('online', online);
  return () => {
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('pageshow', shown);
    window.removeEventListener('online', online);
  };
}
