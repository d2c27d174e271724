import {
  BREAK,
  getNullableType,
  isLeafType,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

/**
 * Whether an operation needs no deadline of its own: a query of fields whose decorator says `quick` (their reads have a
 * limit of their own, src/database/hot-reads/pipelined-reads.ts) and of single values. A deadline costs more than such a query.
 */
export function createIsQuick(schema: GraphQLSchema) {
  const decided = new WeakMap<OperationDefinitionNode, boolean>();

  function decide(document: DocumentNode, operation: OperationDefinitionNode): boolean {
    if (operation.operation !== OperationTypeNode.QUERY) return false;
    const types = new TypeInfo(schema);
    let isQuick = true;
    const Field = (): unknown => {
      const field = types.getFieldDef();
      if (field && (field.extensions['quick'] === true || isLeafType(getNullableType(field.type))))
        return undefined;
      isQuick = false;
      return BREAK;
    };
    visit(document, visitWithTypeInfo(types, { Field }));
    return isQuick;
  }

  return (document: DocumentNode, operation: OperationDefinitionNode): boolean => {
    let isQuick = decided.get(operation);
    if (isQuick === undefined) decided.set(operation, (isQuick = decide(document, operation)));
    return isQuick;
  };
}
