import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { isRefusal, type RecordAccess } from '../../security/requests/access-record.js';
import type { GraphqlContext } from '../context.js';
import { findAppError } from '../variables/input-errors.js';

const MAX_NAMES = 20;

export interface Answered {
  document: DocumentNode | undefined;
  operation: OperationDefinitionNode | null | undefined;
  errors: readonly GraphQLError[];
}

/**
 * Records what the answer to an operation shows or refuses.
 *
 * @returns the error that must take the data's place, when it could not be recorded; else null
 */
export async function recordAnswer(
  record: RecordAccess,
  context: GraphqlContext,
  { document, operation, errors }: Answered,
): Promise<GraphQLError | null> {
  const refused = context.viewer !== null && errors.some((error) => isRefusal(findAppError(error)));
  if (!refused && context.viewedAccounts.size === 0) return null;
  const operations = document && operation ? namesOf(document, operation) : [];
  try {
    await record(context, { operations, refused });
    return null;
  } catch (error) {
    const originalError = error instanceof Error ? error : new Error('Not recorded.');
    return new GraphQLError('Unexpected.', { originalError });
  }
}

/** The root fields that an operation asks for, by the schema's names: an alias could be any word. */
function namesOf(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const names = new Set<string>();
  const seen = new Set<string>();
  const collect = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet.selections);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        collect(fragmentNamed(document, selection.name.value));
      }
    }
  };
  collect(operation.selectionSet.selections);
  return [...names].slice(0, MAX_NAMES);
}

function fragmentNamed(document: DocumentNode, name: string): readonly SelectionNode[] {
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name)
      return node.selectionSet.selections;
  }
  return [];
}
