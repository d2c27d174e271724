import tseslint from 'typescript-eslint';
import noRawSealedColumns from './eslint-rules/no-raw-sealed-columns.js';

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'src/database/generated/**',
      'tests/privacy/generated-schemas/generated/**',
      'src/cli/generated/**',
      'examples/spa/src/generated/**',
      '.data/**',
      'coverage/**',
      'examples/**/dist/**',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.cjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only main.ts and the commands hand process.env to src/config.ts, its one reader.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'off', // verbatimModuleSyntax settles it, and decorators need values
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off', // an async function may keep a promise-returning signature
    },
  },
  {
    // Ciphertext is neither returned raw nor written unsealed. Tests look beneath the client on purpose, and the
    // upkeep of keys works on envelopes as they lie there.
    files: ['src/**/*.ts'],
    ignores: ['src/database/re-sealing/**', 'src/database/generated/**'],
    plugins: { custodia: { rules: { 'no-raw-sealed-columns': noRawSealedColumns } } },
    rules: { 'custodia/no-raw-sealed-columns': 'error' },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // Tests, benchmarks and the operators' commands read the environment they were started in and print to it.
    files: ['tests/**', 'bench/**', 'examples/**', 'src/cli/**', 'src/main.ts', '*.config.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    // Jest types its matchers (`expect.any`, `test.each`) as `any`.
    files: ['tests/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
