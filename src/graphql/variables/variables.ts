import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { AppError, type FieldErrors } from '../../errors.js';
import { describeInputError } from './input-errors.js';
import { checkStrings } from './strings.js';

const MAX_PROBLEMS = 20;

export type VariableValues = Record<string, unknown>;

/**
 * The variables of an operation, coerced as the GraphQL specification says (§6.1.2), with every String and ID
 * checked. Reports all problems in one error that names paths (`input.email`) and repeats no value.
 *
 * @throws AppError BAD_USER_INPUT
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  inputs: Readonly<Record<string, unknown>>,
): VariableValues {
  const problems = new Map<string, string>();
  const values: VariableValues = {};
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) {
      problems.set(name, 'has no input type');
    } else if (!Object.hasOwn(inputs, name)) {
      if (definition.defaultValue) setOwn(values, name, valueFromAST(definition.defaultValue, type));
      else if (isNonNullType(type)) problems.set(name, 'is required');
    } else {
      const refuse = (path: readonly (string | number)[], error: unknown): void => {
        const described = describeInputError([name, ...path], asGraphqlError(error));
        problems.set(described.path, described.problem);
      };
      const value = coerceInputValue(inputs[name], type, (path, _value, error) => refuse(path, error), true);
      if (problems.size === 0) checkStrings(value, type, [], refuse);
      setOwn(values, name, value);
    }
  }
  if (problems.size > 0) throw new AppError('BAD_USER_INPUT', { fields: firstProblems(problems) });
  return values;
}

function firstProblems(problems: Map<string, string>): FieldErrors {
  return Object.fromEntries([...problems].slice(0, MAX_PROBLEMS));
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('A value is refused.', { originalError: error as Error });
}

/** Defines rather than assigns: a variable may be called `__proto__`. */
function setOwn(target: VariableValues, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
