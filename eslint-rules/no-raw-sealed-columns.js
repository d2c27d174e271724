import { fileURLToPath } from 'node:url';
import { loadTypeScript } from './load-typescript.js';

const { sealedColumnsIn } = loadTypeScript(
  fileURLToPath(new URL('../src/privacy/sealed-columns-in-sql.ts', import.meta.url)),
);
const SQL =
  /\bselect\b[\s\S]*\bfrom\b|\binsert\s+into\b|\bupdate\b[\s\S]*\bset\b|\bdelete\s+from\b|\bmerge\s+into\b|\bcopy\b|\breturning\b/i;

/**
 * Refuses SQL in the source that touches a column that the register of personal data seals, unless it is handed to
 * `sealedSql(use, text)`, where it is listed who may and why. What is put together only at run time is caught there.
 */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      sealed:
        'This SQL touches the sealed column {{column}}: use the Prisma client, or sealedSql (src/database/sealed-sql.ts).',
    },
  },
  create(context) {
    const check = (node, text) => {
      if (!SQL.test(text) || isPermitted(node)) return;
      const [column] = sealedColumnsIn(text);
      if (column) context.report({ node, messageId: 'sealed', data: { column } });
    };
    return {
      Literal(node) {
        if (typeof node.value === 'string') check(node, node.value);
      },
      TemplateLiteral(node) {
        // A value that is put in stands for one name or parameter.
        check(node, node.quasis.map((quasi) => quasi.value.cooked ?? '').join(' $0 '));
      },
    };
  },
};

function isPermitted(node) {
  const { parent } = node;
  return parent?.type === 'CallExpression' && parent.callee.name === 'sealedSql';
}
