import {
  BREAK,
  isAbstractType,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  OperationTypeNode,
  type OperationDefinitionNode,
} from 'graphql';
import { countFields } from './operation-size.js';

const MAX_FIELDS = 1_000;

// graphql-jit joins response names with `_` to name what it generates: names without one cannot meet, and none
// of them is `__proto__`. Introspection (`__schema`) stays with graphql-js by the same rule.
const RESPONSE_NAME = /^[A-Za-z][A-Za-z0-9]*$/;
const VARIABLE_NAME = /^[A-Za-z]\w*$/;

/**
 * Whether graphql-jit may turn an operation into code. It may not where that is unsafe: it writes string literals
 * into its code and would run one that holds its own date marker, and fragments nested in fragments make it
 * grow without bound. Nor where it answers otherwise than graphql-js: directives, object and list literals.
 */
export function isCompilable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return false;
  let safe = true;
  const refuse = (): typeof BREAK => {
    safe = false;
    return BREAK;
  };
  visit(document, {
    // Skips default values: graphql-js has put them into the variables before compiled code runs.
    VariableDefinition: (node) => (VARIABLE_NAME.test(node.variable.name.value) ? false : refuse()),
    Field: (node) => (hasPlainName(node) ? undefined : refuse()),
    Directive: refuse,
    StringValue: refuse,
    ObjectValue: refuse,
    ListValue: refuse,
  });
  const root = schema.getRootType(operation.operation);
  return safe && !!root && countFields(schema, document, operation.selectionSet, root) <= MAX_FIELDS;
}

function hasPlainName({ name, alias }: FieldNode): boolean {
  return (
    (name.value === '__typename' || RESPONSE_NAME.test(name.value)) &&
    (!alias || RESPONSE_NAME.test(alias.value))
  );
}

/**
 * graphql-jit takes what `resolveType` returns as it is: a promise would fail the operation from its second run
 * on, when it is compiled.
 *
 * @throws Error naming an interface or union whose type is found asynchronously
 */
export function requireSynchronousTypes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type) || type.resolveType?.constructor.name !== 'AsyncFunction') continue;
    throw new Error(
      `${type.name} finds its types asynchronously, as any resolveType given to type-graphql does: leave it out ` +
        'and return instances of the classes.',
    );
  }
}
