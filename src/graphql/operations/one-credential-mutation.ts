import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ASTVisitor,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { badInput } from '../../errors.js';
import { CREDENTIAL_MUTATIONS } from '../../security/rights/credential-mutations.js';

/**
 * Refuses a second mutation about credentials in one operation, as a validation rule: aliases are no way to guess
 * more often, or to register by the hundred, with one request.
 */
export function OneCredentialMutationRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== OperationTypeNode.MUTATION) return;
      const second = credentialFields(context, operation)[1];
      if (!second) return;
      const error = badInput(second.name.value, 'is a second operation on credentials; send it on its own');
      context.reportError(new GraphQLError(error.message, { nodes: second, originalError: error }));
    },
  };
}

/** The root fields about credentials, those of fragments too, each fragment once however often it is spread. */
function credentialFields(context: ValidationContext, operation: OperationDefinitionNode): FieldNode[] {
  const seen = new Set<string>();
  const found: FieldNode[] = [];
  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (CREDENTIAL_MUTATIONS.has(selection.name.value)) found.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = context.getFragment(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  }
  collect(operation.selectionSet);
  return found;
}
