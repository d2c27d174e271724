import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { createAuthClient } from './auth/auth-client.js';
import { createAuthLink } from './auth/auth-link.js';

const ENDPOINT = '/graphql';

/** Who is signed in, for the whole page. */
export const auth = createAuthClient({ endpoint: ENDPOINT });

export const client = new ApolloClient({
  link: createAuthLink(auth).concat(new HttpLink({ uri: ENDPOINT })),
  cache: new InMemoryCache(),
});

let shownSession = sessionOf();

function sessionOf(): string | null {
  const state = auth.getState();
  return state.status === 'signed-in' ? state.sessionId : null;
}

// What one person has loaded is never shown to the next.
auth.subscribe(() => {
  const session = sessionOf();
  if (shownSession !== null && session !== shownSession) void client.clearStore();
  shownSession = session;
});
