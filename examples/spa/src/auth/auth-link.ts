import { ApolloLink, CombinedGraphQLErrors, Observable, ServerError } from '@apollo/client';
import type { AuthClient } from './auth-client.js';
import { readServerTime } from './session-requests.js';

type Result = ApolloLink.Result;

/**
 * Sends each operation with a valid access token, in cookie mode. One that the server refuses as UNAUTHENTICATED, before
 * it did any of it, is repeated exactly once, with a fresh token of the same session.
 */
export function createAuthLink(auth: AuthClient): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const withinSignIn = operation.getContext()['withinSignIn'] === true;

    function send(token: string | null): Observable<Result> {
      operation.setContext(({ headers }: { headers?: Record<string, string> }) => ({
        headers: {
          ...headers,
          'x-auth-transport': 'cookie',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
      }));
      return forward(operation);
    }

    return new Observable<Result>((observer) => {
      const finished = new AbortController();

      function follow(token: string | null, mayRepeat: boolean): void {
        if (finished.signal.aborted) return;
        let repeated = false;
        const repeat = (otherwise: () => void): void => {
          repeated = true;
          replace(token ?? '', otherwise);
        };
        const sent = send(token).subscribe({
          next(result) {
            noteTime(auth, operation);
            const pass = (): void => {
              observer.next(result);
              observer.complete();
            };
            if (mayRepeat && isRefused(result)) repeat(pass);
            else observer.next(result);
          },
          error(error: unknown) {
            if (mayRepeat && isRefusal(error)) repeat(() => observer.error(error));
            else observer.error(error);
          },
          complete() {
            if (!repeated) observer.complete();
          },
        });
        finished.signal.addEventListener('abort', () => sent.unsubscribe());
      }

      function replace(refused: string, otherwise: () => void): void {
        auth.replaceRefused(refused).then(
          (token) => (token === null ? otherwise() : follow(token, false)),
          (error: unknown) => observer.error(error),
        );
      }

      const first = withinSignIn ? Promise.resolve(auth.currentAccessToken()) : auth.getAccessToken();
      first.then(
        (token) => follow(token, token !== null && !withinSignIn),
        (error: unknown) => observer.error(error),
      );
      return () => finished.abort();
    });
  });
}

/** Whether nothing of the operation was done because the token was refused. */
function isRefused({ data, errors }: Result): boolean {
  const nothingDone = !data || Object.values(data).every((value) => value === null);
  return nothingDone && (errors ?? []).some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
}

function isRefusal(error: unknown): boolean {
  if (ServerError.is(error)) return error.statusCode === 401;
  return (
    CombinedGraphQLErrors.is(error) &&
    error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED')
  );
}

function noteTime(auth: AuthClient, operation: ApolloLink.Operation): void {
  const { response } = operation.getContext() as { response?: Response };
  const time = response ? readServerTime(response.headers) : null;
  if (time !== null) auth.noteServerTime(time);
}
