import type { AccessToken } from './access-token.js';

/** What tabs tell each other. Messages stay within this origin and this browser profile. */
export type TabMessage =
  /** A token was renewed, or is handed to a tab that asked. */
  | { kind: 'token'; token: AccessToken }
  /** Somebody has signed in, perhaps somebody else. */
  | { kind: 'signed-in'; token: AccessToken }
  /** A session has ended; `code` says why. */
  | { kind: 'signed-out'; sessionId: string; code: string }
  /** A tab looks for a token that expires after this moment. */
  | { kind: 'wanted'; newerThan: number };

/** What this uses of a `BroadcastChannel`. */
export interface MessageChannelLike {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  close(): void;
}

export interface TabChannel {
  tell(message: TabMessage): void;
  /** Asks the other tabs for a token that expires after this moment; null when none has come within `wait`, in milliseconds. */
  ask(newerThan: number, wait: number): Promise<AccessToken | null>;
  close(): void;
}

/** Talks to the other tabs; without a channel it talks to nobody. */
export function createTabChannel(
  channel: MessageChannelLike | null,
  hear: (message: TabMessage) => void,
): TabChannel {
  let listener: ((token: AccessToken) => void) | null = null;

  if (channel) {
    channel.onmessage = ({ data }) => {
      const message = data as TabMessage;
      if (message.kind === 'token') listener?.(message.token);
      hear(message);
    };
  }

  function ask(newerThan: number, wait: number): Promise<AccessToken | null> {
    if (!channel) return Promise.resolve(null);
    return new Promise((answer) => {
      const finish = (token: AccessToken | null): void => {
        listener = null;
        clearTimeout(timer);
        answer(token);
      };
      const timer = setTimeout(() => finish(null), wait);
      listener = (token) => {
        if (token.expiresAt > newerThan) finish(token);
      };
      channel.postMessage({ kind: 'wanted', newerThan } satisfies TabMessage);
    });
  }

  return {
    tell: (message) => channel?.postMessage(message),
    ask,
    close: () => channel?.close(),
  };
}
