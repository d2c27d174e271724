// The import direction of ARCHITECTURE.md, each rule with its reason. A file imports from its own
// folder or from the left of this line.
const LINE = [
  ['errors', '^src/(errors|clock|log)\\.ts$'],
  ['input', '^src/input/'],
  ['config', '^src/config(\\.ts$|/)'],
  ['privacy', '^src/privacy/'],
  ['database', '^src/database/'],
  ['security', '^src/security/'],
  ['jobs', '^src/jobs/'],
  ['mail', '^src/mail/'],
  ['graphql and http', '^src/(graphql|http)/'],
  ['services', '^src/services/'],
  ['app', '^src/app(\\.ts$|/)'],
  ['main and cli', '^src/(main\\.ts$|cli/)'],
];
const SERVICES = ['audit', 'identity', 'auth', 'profile', 'compliance', 'admin'];

const toTheRight = (entries, index) =>
  entries
    .slice(index + 1)
    .map(([, pattern]) => pattern)
    .join('|');

const alongTheLine = LINE.slice(0, -1).map(([name, pattern], index) => ({
  name: `${name.replaceAll(' ', '-')}-imports-from-the-left`,
  comment: `${name} stands left of what it imports here: the left side must not know the right, so that each part can be read, tested and replaced without what is built on it.`,
  severity: 'error',
  from: { path: pattern },
  to: { path: toTheRight(LINE, index) },
}));

const amongServices = SERVICES.slice(0, -1).map((name, index) => ({
  name: `${name}-imports-from-services-to-its-left`,
  comment: `Among the services the line is ${SERVICES.join(' → ')}. What a service needs of one to its right is handed in by app.ts as a function.`,
  severity: 'error',
  from: { path: `^src/services/${name}/` },
  to: { path: `^src/services/(${SERVICES.slice(index + 1).join('|')})/` },
}));

// Within a part the same: a folder imports from those to its left. Files beside the folders join them and are free.
const PARTS = [
  {
    name: 'security',
    folder: 'src/security',
    line: ['rights', 'passwords', 'second-factors', 'signing-keys', 'tokens', 'client', 'requests', 'guard'],
    reason: 'what a right, a password or a key is does not depend on who asks.',
  },
  {
    name: 'audit',
    folder: 'src/services/audit',
    line: ['events', 'tree', 'checkpoints', 'sealing', 'verification'],
    reason:
      'an event is recorded without knowing how it is sealed, and sealed without knowing who verifies it.',
  },
  {
    name: 'identity',
    folder: 'src/services/identity',
    line: ['accounts', 'sign-in', 'passwords', 'addresses', 'registration', 'social'],
    reason: 'an account is there before anybody signs in to it, and providers come on top of all other ways.',
  },
  {
    name: 'compliance',
    folder: 'src/services/compliance',
    line: ['audit', 'inventory', 'cases', 'consents', 'exports', 'erasure', 'restriction', 'retention'],
    reason:
      'what keeps a case or an inventory does not know who fills it, and retention uses all the others.',
  },
];

const withinParts = PARTS.flatMap(({ name, folder, line, reason }) =>
  line.slice(0, -1).map((each, index) => ({
    name: `${name}-${each}-imports-from-its-left`,
    comment: `Within ${name} the line is ${line.join(' → ')}: ${reason}`,
    severity: 'error',
    from: { path: `^${folder}/${each}/` },
    to: { path: `^${folder}/(${line.slice(index + 1).join('|')})/` },
  })),
);

module.exports = {
  forbidden: [
    ...alongTheLine,
    ...amongServices,
    ...withinParts,
    {
      name: 'no-cycles',
      comment: 'A cycle means that neither file can be understood without the other.',
      severity: 'error',
      from: { pathNot: '^src/database/generated/' },
      to: { circular: true },
    },
    {
      name: 'services-know-no-transport',
      comment:
        'A service is called from GraphQL, REST, jobs and the CLI alike; it answers with values and AppError.',
      severity: 'error',
      from: { path: '^src/services/', pathNot: '\\.(resolver|routes|types|inputs)\\.ts$' },
      to: { path: '^src/(graphql|http)/|node_modules/(graphql|type-graphql|fastify|@apollo)/' },
    },
    {
      name: 'transport-never-touches-prisma',
      comment: 'A resolver or a route asks a service; the service owns the tables.',
      severity: 'error',
      from: { path: '\\.(resolver|routes)\\.ts$|^src/(graphql|http)/' },
      to: { path: '^src/database/|node_modules/@prisma/' },
    },
    {
      name: 'graphql-and-http-know-no-service',
      comment: 'The plumbing is handed what it serves; app.ts is the only place that joins the two.',
      severity: 'error',
      from: { path: '^src/(graphql|http)/' },
      to: { path: '^src/services/' },
    },
    {
      name: 'product-imports-no-test',
      comment: 'Tests and benchmarks know the product, never the other way round.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(tests|bench|examples)/' },
    },
    {
      name: 'product-needs-no-dev-dependency',
      comment: 'An install without development packages must run.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/|^src/database/generated/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
