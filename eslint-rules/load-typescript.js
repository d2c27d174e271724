import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

/**
 * Runs a TypeScript file of the product and returns what it exports: the linter knows the register of personal data
 * from the register itself, without a build before it. For files without side effects that import only such files.
 */
export function loadTypeScript(path, loaded = new Map()) {
  const file = resolve(path);
  if (loaded.has(file)) return loaded.get(file);
  const exports = {};
  loaded.set(file, exports);
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const requirePackage = createRequire(file);
  const require = (name) =>
    name.startsWith('.')
      ? loadTypeScript(resolve(dirname(file), name.replace(/\.js$/, '.ts')), loaded)
      : requirePackage(name);
  new Function('exports', 'require', outputText)(exports, require);
  return exports;
}
