import { resolve } from 'node:path';
import type { SETTINGS, SettingName } from './settings.js';

/** What one GraphQL document and one operation may ask for. */
export interface OperationLimits {
  /** Lexical tokens of the document. */
  tokens: number;
  /** Operations that the document defines. */
  operations: number;
  /** Fields inside one another, the innermost counted. */
  depth: number;
  /** Fields beside one another in one selection, fragments written out. */
  breadth: number;
  aliases: number;
  directives: number;
  /** The weights of all fields, those below a list counted once for each entry. */
  cost: number;
}

export interface GraphqlSettings {
  operationLimits: OperationLimits;
  /** Whether the schema can be asked for, and errors suggest its names. */
  introspection: boolean;
  persistedOperations: {
    /** Absolute path; null: none. */
    manifest: string | null;
    /** Nothing but the manifest's operations is answered. */
    listedOnly: boolean;
    /** How many operations clients may leave by their hash. */
    cacheSize: number;
  };
}

type Read = <N extends SettingName>(name: N) => ReturnType<(typeof SETTINGS)[N]['parse']> | null;

/** Reads what GraphQL answers and what not; adds to `problems` what contradicts itself. */
export function readGraphqlSettings(read: Read, environment: string, problems: string[]): GraphqlSettings {
  const manifest = read('PERSISTED_OPERATIONS');
  const listedOnly = read('PERSISTED_OPERATIONS_ONLY') ?? false;
  if (listedOnly && manifest === null) problems.push('PERSISTED_OPERATIONS_ONLY needs PERSISTED_OPERATIONS.');
  return {
    operationLimits: {
      tokens: read('GRAPHQL_MAX_TOKENS') ?? 0,
      operations: read('GRAPHQL_MAX_OPERATIONS') ?? 0,
      depth: read('GRAPHQL_MAX_DEPTH') ?? 0,
      breadth: read('GRAPHQL_MAX_BREADTH') ?? 0,
      aliases: read('GRAPHQL_MAX_ALIASES') ?? 0,
      directives: read('GRAPHQL_MAX_DIRECTIVES') ?? 0,
      cost: read('GRAPHQL_MAX_COST') ?? 0,
    },
    introspection: read('GRAPHQL_INTROSPECTION') ?? environment !== 'production',
    persistedOperations: {
      manifest: manifest === null ? null : resolve(manifest),
      listedOnly,
      cacheSize: read('PERSISTED_QUERIES') ?? 0,
    },
  };
}
