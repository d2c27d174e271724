/** Why the session could not be refreshed just now. The person is still signed in. */
export interface AuthProblem {
  /** `NETWORK` when no answer came; else the server's code, such as `RATE_LIMITED` or `OVERLOADED`. */
  code: string;
  /** When the next attempt is made: milliseconds since 1970. */
  retryAt: number;
}

/** No valid access token can be had just now; nobody was signed out. Operations fail with it. */
export class AuthUnavailableError extends Error {
  readonly code: string;
  /** When it makes sense to try again: milliseconds since 1970. */
  readonly retryAt: number;

  constructor({ code, retryAt }: AuthProblem) {
    super(`The session cannot be refreshed at the moment (${code}).`);
    this.name = 'AuthUnavailableError';
    this.code = code;
    this.retryAt = retryAt;
  }
}
