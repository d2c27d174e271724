import { buildSchema, GraphQLError, parse, validate } from 'graphql';
import { readFileSync } from 'node:fs';
import { findAppError } from '../../src/graphql/variables/input-errors.js';
import { OneCredentialMutationRule } from '../../src/graphql/operations/one-credential-mutation.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

function problemsOf(document: string): (string | undefined)[] {
  return validate(schema, parse(document), [OneCredentialMutationRule]).map((error: GraphQLError) => {
    const own = findAppError(error);
    return `${own?.code} ${Object.keys(own?.fields ?? {}).join()}`;
  });
}

const LOGIN = 'login(input: { email: "a@example.com", password: "x" }) { __typename }';

test.each([
  ['aliases', `mutation { a: ${LOGIN} b: ${LOGIN} }`, 'login'],
  ['two kinds', `mutation { ${LOGIN} reauthenticate(password: "x") { accessToken } }`, 'reauthenticate'],
  ['a fragment', `mutation { ...F a: ${LOGIN} } fragment F on Mutation { ${LOGIN} }`, 'login'],
  ['inline fragments', `mutation { ... { ${LOGIN} } ... on Mutation { a: ${LOGIN} } }`, 'login'],
  [
    'a directive that might leave one out',
    `mutation ($x: Boolean!) { a: ${LOGIN} b: ${LOGIN.replace(') {', ') @skip(if: $x) {')} }`,
    'login',
  ],
])('a second credential mutation is refused: by %s', (_way, document, field) => {
  expect(problemsOf(document)).toEqual([`BAD_USER_INPUT ${field}`]);
});

test.each([
  ['one', `mutation { ${LOGIN} }`],
  ['one beside others', `mutation { ${LOGIN} logout { success } verifyEmail(token: "t") { success } }`],
  ['one in each of two operations', `mutation A { ${LOGIN} } mutation B { ${LOGIN} }`],
  ['one fragment spread twice', `mutation { ...F ...F } fragment F on Mutation { ${LOGIN} }`],
])('%s is let through', (_what, document) => {
  expect(problemsOf(document)).toEqual([]);
});
