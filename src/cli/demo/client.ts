import type { TypedDocumentString } from '../generated/graphql.js';
import { createHeadlines, indent, showDocument, showJson, type Print } from './show.js';

/** Whose request it is: sent as `User-Agent`, shown in the list of sessions. */
export interface Caller {
  device: string;
  accessToken?: string | undefined;
}

interface GraphqlAnswer<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

interface RestCall extends Caller {
  method: string;
  path: string;
  body?: object;
}

export type DemoClient = ReturnType<typeof createDemoClient>;

/** Sends operations to a server and shows each with its answer. */
export function createDemoClient(url: string, print: Print) {
  const headline = createHeadlines(print);

  async function send(path: string, caller: Caller, init: { method: string; body?: object | undefined }) {
    const response = await fetch(new URL(path, url), {
      method: init.method,
      headers: {
        'user-agent': caller.device,
        ...(init.body ? { 'content-type': 'application/json' } : {}),
        ...(caller.accessToken ? { authorization: `Bearer ${caller.accessToken}` } : {}),
      },
      ...(init.body ? { body: JSON.stringify(init.body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }

  async function ask<T, V>(
    title: string,
    caller: Caller,
    document: TypedDocumentString<T, V>,
    variables: V,
  ): Promise<GraphqlAnswer<T>> {
    headline(title);
    print(indent('→', showDocument(String(document))));
    if (Object.keys(variables as object).length > 0) print(indent('→', showJson(variables)));
    const { body } = await send('/graphql', caller, { method: 'POST', body: { query: document, variables } });
    print(indent('←', showJson(body)));
    return body as GraphqlAnswer<T>;
  }

  return {
    /** Sends an operation that has to succeed. */
    async operate<T, V>(
      title: string,
      caller: Caller,
      document: TypedDocumentString<T, V>,
      variables: V,
    ): Promise<T> {
      const { data, errors } = await ask(title, caller, document, variables);
      if (!data || errors)
        throw new Error(`"${title}" failed with ${errors?.[0]?.extensions?.code ?? 'no data'}.`);
      return data;
    },

    /** Sends an operation that has to be refused with this code. */
    async expectRefusal<T, V>(
      title: string,
      caller: Caller,
      [document, variables]: [TypedDocumentString<T, V>, V],
      code: string,
    ): Promise<void> {
      const { errors } = await ask(title, caller, document, variables);
      if (errors?.[0]?.extensions?.code !== code) throw new Error(`"${title}" was not refused with ${code}.`);
    },

    /** Calls a REST route that has to answer with this status. */
    async rest(title: string, { method, path, body, ...caller }: RestCall, status: number): Promise<unknown> {
      headline(title);
      print(indent('→', `${method} ${path}${body ? ` ${showJson(body)}` : ''}`));
      const answer = await send(path, caller, { method, body });
      print(indent('←', `${answer.status} ${answer.body === null ? '' : showJson(answer.body)}`));
      if (answer.status !== status)
        throw new Error(`"${title}" answered ${answer.status} instead of ${status}.`);
      return answer.body;
    },
  };
}
