import { BREAK, Kind, visit, type ASTNode, type DocumentNode, type GraphQLError } from 'graphql';
import { AppError } from '../../errors.js';

const LITERALS = new Set<string>([
  Kind.STRING,
  Kind.INT,
  Kind.FLOAT,
  Kind.BOOLEAN,
  Kind.ENUM,
  Kind.NULL,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** Whether a validation error is about a value that stands in the document. */
export function isAboutLiteral(error: GraphQLError): boolean {
  const kind = error.nodes?.[0]?.kind;
  return kind !== undefined && LITERALS.has(kind);
}

/** Where an input error lies and what it says; graphql-js' own messages repeat the value, so they are not used. */
export function describeInputError(
  path: readonly (string | number)[],
  error: GraphQLError,
): { path: string; problem: string } {
  const own = findAppError(error);
  if (own?.fields) return { path: path.join('.'), problem: Object.values(own.fields)[0] ?? 'is not valid' };
  const missing = /^Field "(?:\w+\.)?(\w+)" of required type/.exec(error.message)?.[1];
  if (missing) return { path: [...path, missing].join('.'), problem: 'is required' };
  return { path: path.join('.'), problem: rephrase(error.message) };
}

/** What a message of graphql-js says, without the value; only names that the schema gives are taken from it. */
function rephrase(message: string): string {
  if (/^Expected non-nullable type|, found null\.$/.test(message)) return 'must not be null';
  if (/^Field ".*" is not defined by type/s.test(message)) return 'has a field that is not defined';
  if (/^Expected type "\w+" to be an object\.$/.test(message)) return 'must be an object';
  if (/^(Value ".*" does not exist in|Enum )/s.test(message))
    return 'must be one of the enum values of its type';
  const type =
    /^(Int|Float|String|Boolean|ID) cannot represent|^Expected (?:value of )?type "([\w![\]]+)"/.exec(
      message,
    );
  const name = type?.[1] ?? type?.[2];
  return name ? `must be a valid ${name}` : 'is not valid';
}

/** The AppError that a scalar's parser threw, if this error stems from one. */
export function findAppError(error: unknown): AppError | null {
  let current: unknown = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (current instanceof AppError) return current;
    current = (current as { originalError?: unknown } | null | undefined)?.originalError;
  }
  return null;
}

/** The names of arguments, object fields and list positions that lead to a value in a document: `['input', 'email']`. */
export function pathOfLiteral(document: DocumentNode, target: ASTNode): (string | number)[] {
  const names: (string | number)[] = [];
  visit(document, {
    enter(node, _key, _parent, keys) {
      if (node !== target) return undefined;
      let current: unknown = document;
      for (const [index, key] of keys.entries()) {
        current = (current as Record<string | number, unknown>)[key];
        if (keys[index - 1] === 'values') names.push(key);
        names.push(...nameOf(current as Partial<ASTNode>));
      }
      return BREAK;
    },
  });
  return names;
}

function nameOf(node: Partial<ASTNode>): string[] {
  if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) return [node.name?.value ?? ''];
  return node.kind === Kind.VARIABLE_DEFINITION ? [node.variable?.name.value ?? ''] : [];
}
