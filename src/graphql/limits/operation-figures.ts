import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { VariableValues } from '../variables/variables.js';
import { findFieldDefinition, weightOf } from './field-weights.js';
import { findListSize } from './list-size.js';

/** What a document asks for, as OperationLimits counts it. Numbers grow without bound, up to Infinity. */
export interface Figures {
  operations: number;
  depth: number;
  breadth: number;
  aliases: number;
  directives: number;
  cost: number;
  /** The longest list that is asked for. */
  listSize: number;
  /** Whether a variable says how long a list is: then cost and listSize are known only with its value. */
  dependsOnVariables: boolean;
}

/** How many entries are assumed of a list whose length no argument says. */
const ASSUMED_ENTRIES = 10;

/** What one selection asks for, fragments written out; `perEntry` comes once for each entry of the list around it. */
interface Selected {
  fields: number;
  depth: number;
  breadth: number;
  aliases: number;
  directives: number;
  cost: number;
  perEntry: number;
  listSize: number;
}

const nothing = (): Selected => ({
  fields: 0, depth: 0, breadth: 0, aliases: 0, directives: 0, cost: 0, perEntry: 0, listSize: 0,
}); // prettier-ignore

/**
 * Measures a document that need not be valid: what the schema does not know weighs like any field, a fragment that
 * contains itself counts once. Every fragment is visited once, however often it is spread, so the time grows with
 * the length of the text and not with what it stands for.
 *
 * @param only measures one operation and the fragments it uses; without it, everything that stands in the document
 * @param variables the coerced values; without them lists whose length is a variable count as one entry
 */
export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  { only, variables }: { only?: OperationDefinitionNode; variables?: VariableValues } = {},
): Figures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const measured = new Map<string, Selected>();
  let dependsOnVariables = false;
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }

  function measureSelections({ selections }: SelectionSetNode, type: GraphQLCompositeType | null): Selected {
    const all = nothing();
    for (const selection of selections) {
      all.directives += selection.directives?.length ?? 0;
      addTo(all, measureSelection(selection, type));
    }
    all.breadth = Math.max(all.breadth, all.fields);
    return all;
  }

  function measureSelection(selection: SelectionNode, type: GraphQLCompositeType | null): Selected {
    if (selection.kind === Kind.FIELD) return measureField(selection, type);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    const condition = selection.typeCondition;
    return measureSelections(selection.selectionSet, condition ? typeNamed(condition.name.value) : type);
  }

  function measureFragment(name: string): Selected {
    const known = measured.get(name);
    const fragment = fragments.get(name);
    if (known || !fragment) return known ?? nothing();
    measured.set(name, nothing());
    const result = measureSelections(fragment.selectionSet, typeNamed(fragment.typeCondition.name.value));
    result.directives += fragment.directives?.length ?? 0;
    measured.set(name, result);
    return result;
  }

  function measureField(node: FieldNode, parent: GraphQLCompositeType | null): Selected {
    const field = parent ? findFieldDefinition(schema, parent, node.name.value) : null;
    const type = field && getNamedType(field.type);
    const below = node.selectionSet
      ? measureSelections(node.selectionSet, isCompositeType(type) ? type : null)
      : nothing();
    const size = field ? findListSize(node, field, variables) : null;
    if (size === 'unknown') dependsOnVariables = true;
    const entries = size === 'unknown' ? 1 : size;
    const weight = weightOf(schema, parent, field);
    const isList = !!node.selectionSet && !!field && isListType(getNullableType(field.type));
    const entry = below.cost + below.perEntry * (isList || entries === null ? ASSUMED_ENTRIES : entries);
    const isSizedByParent = isList && entries === null;
    return {
      fields: 1,
      depth: below.depth + 1,
      breadth: below.breadth,
      aliases: below.aliases + (node.alias && node.alias.value !== node.name.value ? 1 : 0),
      directives: below.directives,
      cost: isSizedByParent ? 0 : weight + (isList ? (entries ?? 1) * entry : entry),
      perEntry: isSizedByParent ? weight + entry : 0,
      listSize: Math.max(below.listSize, entries ?? 0),
    };
  }

  function typeNamed(name: string): GraphQLCompositeType | null {
    const type = schema.getType(name);
    return isCompositeType(type) ? type : null;
  }

  function measureDefinition(node: DefinitionNode): Selected {
    if (node.kind === Kind.FRAGMENT_DEFINITION) return measureFragment(node.name.value);
    if (node.kind !== Kind.OPERATION_DEFINITION) return nothing();
    const result = measureSelections(node.selectionSet, schema.getRootType(node.operation) ?? null);
    result.directives += node.directives?.length ?? 0;
    for (const { directives = [] } of node.variableDefinitions ?? []) result.directives += directives.length;
    return result;
  }

  const definitions = only ? [only] : document.definitions;
  const results = definitions.map(measureDefinition);
  const largest = (pick: (result: Selected) => number): number => Math.max(0, ...results.map(pick));
  return {
    operations: definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length,
    depth: largest(({ depth }) => depth),
    breadth: largest(({ breadth }) => breadth),
    aliases: largest(({ aliases }) => aliases),
    directives: largest(({ directives }) => directives),
    cost: largest(({ cost, perEntry }) => cost + perEntry * ASSUMED_ENTRIES),
    listSize: largest(({ listSize }) => listSize),
    dependsOnVariables,
  };
}

function addTo(sum: Selected, part: Selected): void {
  sum.fields += part.fields;
  sum.aliases += part.aliases;
  sum.directives += part.directives;
  sum.cost += part.cost;
  sum.perEntry += part.perEntry;
  sum.depth = Math.max(sum.depth, part.depth);
  sum.breadth = Math.max(sum.breadth, part.breadth);
  sum.listSize = Math.max(sum.listSize, part.listSize);
}
