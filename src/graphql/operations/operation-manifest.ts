import { readFileSync } from 'node:fs';
import { GraphQLError, parse, validate, type GraphQLSchema } from 'graphql';
import { AppError } from '../../errors.js';
import { isPlainObject } from '../../input/json-object.js';
import type { Admission } from '../limits/admission.js';

/** A manifest that the server cannot use; its message is meant for the operator's console. */
export class ManifestError extends Error {
  constructor(file: string, problems: readonly string[]) {
    super(
      [`The operations of ${file} cannot be served:`, ...problems.map((line) => `  - ${line}`)].join('\n'),
    );
    this.name = 'ManifestError';
  }
}

/**
 * Reads the operations that a client's build listed: `{ format: "apollo-persisted-query-manifest", version: 1,
 * operations: [{ id, body }] }` of @apollo/generate-persisted-query-manifest, or `{ "<id>": "<text>" }` as graphql-codegen's
 * client preset and Relay's compiler write it. Each must be a valid operation within the limits.
 *
 * @returns id → text
 * @throws ManifestError naming every operation that cannot be served
 */
export function readManifest(
  file: string,
  { schema, admission }: { schema: GraphQLSchema; admission: Pick<Admission, 'admit'> },
): Map<string, string> {
  const operations = parseManifest(file);
  const problems = [...operations].flatMap(([id, text]) => {
    const problem = findProblem(text, schema, admission);
    return problem === null ? [] : [`${id}: ${problem}`];
  });
  if (problems.length > 0) throw new ManifestError(file, problems);
  return operations;
}

function parseManifest(file: string): Map<string, string> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ManifestError(file, [(error as NodeJS.ErrnoException).code ?? 'The file is not JSON.']);
  }
  if (!isPlainObject(content)) throw new ManifestError(file, ['The file holds no object.']);
  const entries = 'operations' in content ? entriesOfApollo(file, content) : Object.entries(content);
  const operations = new Map<string, string>();
  for (const [id, text] of entries) {
    if (typeof text !== 'string') throw new ManifestError(file, [`${id}: has no text`]);
    operations.set(id, text);
  }
  return operations;
}

function entriesOfApollo(file: string, content: Record<string, unknown>): [string, unknown][] {
  const { format, version, operations } = content;
  if (format !== 'apollo-persisted-query-manifest' || version !== 1 || !Array.isArray(operations)) {
    throw new ManifestError(file, ['Its format is not apollo-persisted-query-manifest, version 1.']);
  }
  return operations.map((entry: unknown, index) => {
    const { id, body } = isPlainObject(entry) ? entry : {};
    if (typeof id !== 'string') throw new ManifestError(file, [`Operation ${index} has no id.`]);
    return [id, body];
  });
}

function findProblem(
  text: string,
  schema: GraphQLSchema,
  admission: Pick<Admission, 'admit'>,
): string | null {
  try {
    admission.admit(text);
    return validate(schema, parse(text))[0]?.message ?? null;
  } catch (error) {
    if (error instanceof AppError) {
      const { measure = '', limit = 0, found = 0 } = error.figures ?? {};
      return `${measure} is ${found}, and may be ${limit}`;
    }
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}
