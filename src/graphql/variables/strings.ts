import {
  getNamedType,
  GraphQLError,
  isInputObjectType,
  isListType,
  isNonNullType,
  type ASTVisitor,
  type GraphQLInputType,
  type ValidationContext,
} from 'graphql';
import { parseRawText } from '../../input/text.js';

const GUARDED = new Set(['String', 'ID']);

/**
 * Walks a coerced value by its type and checks every String and ID in it: GraphQL's own scalars let NUL, lone
 * surrogates and megabytes through, and a schema cannot have a second type named String.
 *
 * @param refuse told the path and the AppError of each string that is refused
 */
export function checkStrings(
  value: unknown,
  type: GraphQLInputType,
  path: readonly (string | number)[],
  refuse: (path: readonly (string | number)[], error: unknown) => void,
): void {
  if (value === null || value === undefined) return;
  if (isNonNullType(type)) return checkStrings(value, type.ofType, path, refuse);
  if (isListType(type)) {
    (value as unknown[]).forEach((item, index) => checkStrings(item, type.ofType, [...path, index], refuse));
  } else if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      checkStrings((value as Record<string, unknown>)[field.name], field.type, [...path, field.name], refuse);
    }
  } else if (GUARDED.has(type.name)) {
    try {
      parseRawText(value, 'value');
    } catch (error) {
      refuse(path, error);
    }
  }
}

/** The same check for strings written into the document itself, as a validation rule. */
export function CheckedStringsRule(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      const type = context.getInputType();
      if (!type || !GUARDED.has(getNamedType(type).name)) return;
      try {
        parseRawText(node.value, 'value');
      } catch (error) {
        context.reportError(
          new GraphQLError('A string is refused.', { nodes: node, originalError: error as Error }),
        );
      }
    },
  };
}
