export type Client = ReturnType<typeof createClient>;

/** A client of a server that listens at `url`. */
export function createClient(url: string) {
  /** Sends a GraphQL operation over HTTP and returns the whole answer. */
  async function graphql(query: string, variables: object = {}, token?: string) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as {
      data?: Record<string, unknown> | null;
      errors?: { message: string; path?: string[]; extensions: Record<string, unknown> }[];
    };
  }

  /** Sends a REST request; `body` is the parsed answer, null when it is empty. */
  async function rest(method: string, path: string, body?: unknown, token?: string) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...bearer(token) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null,
    };
  }

  return { graphql, rest };
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
