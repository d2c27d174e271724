import {
  Kind,
  OperationTypeNode,
  parse,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { OperationLimits } from '../../config.js';
import type { VariableValues } from '../variables/variables.js';
import { measure } from './operation-figures.js';
import { requireAtMost, requireWithinLimits } from './operation-limits.js';

/** What is known of a text that was let in. */
export interface Admitted {
  /** It defines an operation that may change something. */
  hasMutation: boolean;
}

export type Admission = ReturnType<typeof createAdmission>;

/** Bounds on the memory that texts take: entries, and characters. */
const CACHE = { max: 500, maxSize: 4 * 1024 * 1024 };
const NO_DOCUMENT: Admitted = { hasMutation: false };

/**
 * Refuses what asks for too much, before Apollo Server validates it: validation itself takes time that grows faster
 * than the text. A text that was let in is not measured again.
 */
export function createAdmission({ schema, limits }: { schema: GraphQLSchema; limits: OperationLimits }) {
  const admitted = new LRUCache<string, Admitted>({
    ...CACHE,
    sizeCalculation: (_value, text) => text.length,
  });
  const sizedByVariables = new WeakMap<OperationDefinitionNode, boolean>();

  /** @throws AppError QUERY_TOO_COMPLEX. A text that is no GraphQL passes: Apollo Server says what is wrong with it. */
  function admit(text: string): Admitted {
    const known = admitted.get(text);
    if (known) return known;
    const document = findDocument(text, limits.tokens);
    if (!document) return NO_DOCUMENT;
    requireWithinLimits(measure(schema, document), limits);
    const result = { hasMutation: document.definitions.some(isMutation) };
    if (text.length > 0 && text.length <= CACHE.maxSize) admitted.set(text, result);
    return result;
  }

  /**
   * The same for what only the values of the variables say: the length of lists.
   *
   * @throws AppError QUERY_TOO_COMPLEX
   */
  function requireAffordable(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: VariableValues,
  ): void {
    let isSized = sizedByVariables.get(operation);
    if (isSized === undefined) {
      isSized = measure(schema, document, { only: operation }).dependsOnVariables;
      sizedByVariables.set(operation, isSized);
    }
    if (isSized) requireWithinLimits(measure(schema, document, { only: operation, variables }), limits);
  }

  return { admit, requireAffordable };
}

/** The parsed text; null for one with a syntax error. */
function findDocument(text: string, maxTokens: number): DocumentNode | null {
  try {
    return parse(text, { noLocation: true, maxTokens });
  } catch (error) {
    if (error instanceof Error && / more tha[nt] \d+ tokens/.test(error.message)) {
      requireAtMost('tokens', maxTokens, maxTokens + 1);
    }
    return null;
  }
}

function isMutation(node: DocumentNode['definitions'][number]): boolean {
  return node.kind === Kind.OPERATION_DEFINITION && node.operation === OperationTypeNode.MUTATION;
}
