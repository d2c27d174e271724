import { composeServices } from '@apollo/composition';
import { parse, visit, type DocumentNode } from 'graphql';

/** The directives that say who may ask for what: routers enforce them, `@apollo/gateway` refuses to start with them. */
const ACCESS = ['authenticated', 'requiresScopes', 'policy'];

/**
 * The supergraph of these subgraphs, each asked for its SDL. It says nothing of access, since the gateway of this
 * example could not decide it: each subgraph decides for itself, as it does behind a router too.
 *
 * @throws Error naming what does not compose
 */
export async function composeSupergraph(subgraphs: Readonly<Record<string, string>>): Promise<string> {
  const services = Object.entries(subgraphs).map(async ([name, url]) => ({
    name,
    url,
    typeDefs: withoutAccess(parse(await readSdl(url))),
  }));
  const { supergraphSdl, errors } = composeServices(await Promise.all(services));
  if (supergraphSdl === undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

async function readSdl(url: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data } = (await response.json()) as { data?: { _service?: { sdl?: string } } };
  if (!data?._service?.sdl) throw new Error(`${url} does not tell its SDL.`);
  return data._service.sdl;
}

/** The directives, and their names in the import of `@link`. */
function withoutAccess(document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive: ({ name }) => (ACCESS.includes(name.value) ? null : undefined),
    StringValue: ({ value }) => (ACCESS.some((name) => value === `@${name}`) ? null : undefined),
  });
}
