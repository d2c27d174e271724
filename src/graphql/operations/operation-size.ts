import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * How many fields an operation has once written out: a fragment's fields count at every spread, those below an
 * interface or union once for each possible type. Grows exponentially with nested fragments, hence floating
 * point and one visit a fragment.
 */
export function countFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  selectionSet: SelectionSetNode,
  parent: GraphQLCompositeType,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const sizes = new Map<string, number>();

  function sizeOf(selections: SelectionSetNode, type: GraphQLCompositeType): number {
    return selections.selections.reduce((sum, selection) => sum + sizeOfSelection(selection, type), 0);
  }

  function sizeOfSelection(selection: SelectionNode, type: GraphQLCompositeType): number {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sizeOfFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition
        ? compositeNamed(schema, selection.typeCondition.name.value)
        : type;
      return condition ? sizeOf(selection.selectionSet, condition) : Infinity;
    }
    if (!selection.selectionSet) return 1;
    const child = typeOfField(type, selection.name.value);
    if (!child) return Infinity;
    const possibleTypes = isAbstractType(child) ? schema.getPossibleTypes(child).length : 1;
    return 1 + possibleTypes * sizeOf(selection.selectionSet, child);
  }

  function sizeOfFragment(name: string): number {
    const fragment = fragments.get(name);
    const type = fragment && compositeNamed(schema, fragment.typeCondition.name.value);
    const size = sizes.get(name) ?? (fragment && type ? sizeOf(fragment.selectionSet, type) : Infinity);
    sizes.set(name, size);
    return size;
  }

  return sizeOf(selectionSet, parent);
}

function compositeNamed(schema: GraphQLSchema, name: string): GraphQLCompositeType | null {
  const type = schema.getType(name);
  return isCompositeType(type) ? type : null;
}

function typeOfField(parent: GraphQLCompositeType, name: string): GraphQLCompositeType | null {
  if (isUnionType(parent) || name === TypeNameMetaFieldDef.name) return null;
  const type = getNamedType(parent.getFields()[name]?.type);
  return isCompositeType(type) ? type : null;
}
