/** A request that a server must not spend itself on, and how it is refused. */
export interface Attack {
  name: string;
  /** As it is sent; `salt` makes each one a text of its own. */
  body: (salt: string) => unknown;
  /** The code of the refusal, and the figure that is over its limit. */
  code: string;
  measure?: string;
}

const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

const query = (text: (salt: string) => string) => (salt: string) => ({ query: text(salt) });

const nested = (levels: number, open: string, innermost: string): string =>
  `${`${open} { `.repeat(levels)}${innermost}${' }'.repeat(levels)}`;

const LOGIN = (salt: string) =>
  `login(input: { email: "${salt}@example.com", password: "wrong password here" }) { __typename }`;

export const ATTACKS: readonly Attack[] = [
  {
    name: 'aliases: 40 logins in one operation',
    body: query((salt) => `mutation { ${repeat(40, (n) => `a${n}: ${LOGIN(salt)}`)} }`),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'aliases',
  },
  {
    name: 'aliases: one field under 300 names',
    body: query((salt) => `{ ${repeat(300, (n) => `a${n}${salt}: __typename`)} }`),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'breadth',
  },
  {
    name: 'repetition: one field 990 times',
    body: query((salt) => `query A${salt} { ${'__typename '.repeat(990)} }`),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'breadth',
  },
  {
    name: 'directives: 480 on one field',
    body: query((salt) => `query A${salt} { __typename ${'@a '.repeat(480)} }`),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'directives',
  },
  {
    name: 'batch: 1,000 operations in one list',
    body: (salt) => Array.from({ length: 1_000 }, () => ({ query: `query A${salt} { __typename }` })),
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'operations: 200 in one document',
    body: query((salt) => repeat(200, (n) => `query A${n}${salt} { __typename }`)),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'operations',
  },
  {
    name: 'depth: 300 levels',
    body: query((salt) => `query A${salt} { viewer { ${nested(300, 'sessions', 'totalCount')} } }`),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'depth',
  },
  {
    name: 'fragment cycle: 100 fragments in a circle',
    body: query(
      (salt) =>
        `query A${salt} { ...F0 } ${repeat(100, (n) => `fragment F${n} on Query { ...F${(n + 1) % 100} }`)}`,
    ),
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'fragment bomb: 2^16 fields',
    body: query(
      (salt) =>
        `query A${salt} { ...F0 } ${repeat(16, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)}
         fragment F16 on Query { __typename }`,
    ),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'breadth',
  },
  {
    name: 'huge list: a million users',
    body: query((salt) => `query A${salt} { users(first: 1000000) { nodes { email } } }`),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'listSize',
  },
  {
    name: 'huge list by a variable',
    body: () => ({
      query: 'query ($n: Int) { users(first: $n) { nodes { email } } }',
      variables: { n: 1_000_000 },
    }),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'listSize',
  },
  {
    name: 'lists in lists: 100 sessions of 100 users, each with its user',
    body: query(
      (salt) =>
        `query A${salt} { users(first: 100) { nodes { sessions(first: 100) { nodes { id createdAt ipAddress } } } } }`,
    ),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'cost',
  },
  {
    name: 'introspection loop',
    body: query(
      (salt) =>
        `query A${salt} { __schema { types { ${nested(60, 'fields { type', 'name')}${' }'.repeat(60)} } } }`,
    ),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'depth',
  },
  {
    name: 'wide _entities: 800 representations',
    body: (salt) => ({
      query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { email } } }',
      variables: { r: Array.from({ length: 800 }, (_, n) => ({ __typename: 'User', id: `${salt}${n}` })) },
    }),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'listSize',
  },
  {
    name: 'tokens: 33,000 of them',
    body: query((salt) => `query A${salt} { ${'a '.repeat(33_000)} }`),
    code: 'QUERY_TOO_COMPLEX',
    measure: 'tokens',
  },
  {
    name: 'brackets: a literal 900 levels deep',
    body: query((salt) => `query A${salt} { user(id: ${'['.repeat(900)}`),
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: 'names: one of 90,000 characters',
    body: query((salt) => `{ ${'a'.repeat(90_000)}${salt} }`),
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'names: 90 unknown ones that are like known ones',
    body: query((salt) => `query A${salt} { ${repeat(90, (n) => `passwordPolic${n}`)} }`),
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
];
