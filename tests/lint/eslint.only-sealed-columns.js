import noRawSealedColumns from '../../eslint-rules/no-raw-sealed-columns.js';

export default [
  {
    plugins: { custodia: { rules: { 'no-raw-sealed-columns': noRawSealedColumns } } },
    rules: { 'custodia/no-raw-sealed-columns': 'error' },
  },
];
