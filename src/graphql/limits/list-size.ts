import { Kind, type FieldNode, type ValueNode } from 'graphql';
import type { VariableValues } from '../variables/variables.js';
import type { FieldDefinition } from './field-weights.js';

/** The arguments that say how many entries a field answers; `last` stands before `first`, which has a default. */
const SIZING_ARGUMENTS = ['last', 'first', 'representations'];

/**
 * How many entries a field is asked for: `first` or `last`, or how many `representations` it is given; null where no
 * argument says it, 'unknown' where a variable does whose value is not there yet.
 */
export function findListSize(
  node: FieldNode,
  field: FieldDefinition,
  variables: VariableValues | undefined,
): number | 'unknown' | null {
  for (const name of SIZING_ARGUMENTS) {
    const definition = field.args.find((argument) => argument.name === name);
    if (!definition) continue;
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const value = given ? read(given.value, variables) : undefined;
    if (value === 'unknown') return value;
    const size = sizeOf(value === undefined ? definition.defaultValue : value);
    if (size !== null) return size;
  }
  return null;
}

function read(node: ValueNode, variables: VariableValues | undefined): unknown {
  if (node.kind === Kind.VARIABLE) return variables ? variables[node.name.value] : 'unknown';
  if (node.kind === Kind.INT) return Number(node.value);
  return node.kind === Kind.LIST ? node.values : null;
}

function sizeOf(value: unknown): number | null {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'number' ? Math.max(0, value) : null;
}
