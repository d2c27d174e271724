import type { JsonValue } from '../../src/input/json-object.js';
import { mergePatch } from '../../src/input/merge-patch.js';

// RFC 7396, appendix A: target, patch, result.
const EXAMPLES: [string, string, string][] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

test.each(EXAMPLES)('%s patched with %s is %s', (target, patch, result) => {
  expect(mergePatch(JSON.parse(target) as JsonValue, JSON.parse(patch) as JsonValue)).toEqual(
    JSON.parse(result),
  );
});

test('changes neither argument', () => {
  const target = { a: { b: 1 } };
  const patch = { a: { c: 2 } };
  mergePatch(target, patch);
  expect([target, patch]).toEqual([{ a: { b: 1 } }, { a: { c: 2 } }]);
});

test('a member called __proto__ reaches no prototype', () => {
  const patched = mergePatch({}, JSON.parse('{"__proto__":{"admin":true}}') as JsonValue) as object;
  expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});
