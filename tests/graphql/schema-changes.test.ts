import { findBroken, findVagueDeprecations } from '../../src/graphql/schema/schema-changes.js';

const TODAY = new Date('2026-11-23T12:00:00Z');
const REASON = 'Use `other`, which is faster. Goes after 2026-11-22.';

const broken = (released: string, current: string) => findBroken(released, current, TODAY);

test.each([
  ['a field that is gone', 'type Query { a: Int b: Int }', 'type Query { a: Int }'],
  ['a field that may be null now', 'type Query { a: Int! }', 'type Query { a: Int }'],
  ['an argument that is needed now', 'type Query { a: Int }', 'type Query { a(b: Int!): Int }'],
  ['an enum value that is gone', 'type Query { a: E } enum E { A B }', 'type Query { a: E } enum E { A }'],
  [
    'a field of an input that is needed now',
    'type Query { a(i: I): Int } input I { b: Int }',
    'type Query { a(i: I): Int } input I { b: Int c: Int! }',
  ],
  [
    'a deprecation whose time is not over',
    'type Query { a: Int b: Int @deprecated(reason: "Use `a`. Goes after 2026-11-23.") }',
    'type Query { a: Int }',
  ],
  ['a deprecation without a day', 'type Query { a: Int b: Int @deprecated }', 'type Query { a: Int }'],
])('%s breaks clients', (_what, released, current) => {
  expect(broken(released, current)).toEqual([expect.any(String)]);
});

test.each([
  ['a new field', 'type Query { a: Int }', 'type Query { a: Int b: Int }'],
  ['a new argument with a default', 'type Query { a: Int }', 'type Query { a(b: Int! = 1): Int }'],
  [
    'a new type of a union',
    'type Query { a: U } union U = A type A { b: Int }',
    'type Query { a: U } union U = A | B type A { b: Int } type B { b: Int }',
  ],
  [
    'a deprecated field after its day',
    `type Query { a: Int b: Int @deprecated(reason: "${REASON}") }`,
    'type Query { a: Int }',
  ],
  [
    'a deprecated enum value after its day',
    `type Query { a: E } enum E { A B @deprecated(reason: "${REASON}") }`,
    'type Query { a: E } enum E { A }',
  ],
  [
    'a deprecated argument after its day',
    `type Query { a(b: Int @deprecated(reason: "${REASON}")): Int }`,
    'type Query { a: Int }',
  ],
])('%s breaks nobody', (_what, released, current) => {
  expect(broken(released, current)).toEqual([]);
});

test('a deprecation says what to use and until when', () => {
  const sdl = `type Query { a: Int @deprecated b: Int @deprecated(reason: "${REASON}") c: E } enum E { A @deprecated(reason: "Old.") B }`;
  expect(findVagueDeprecations(sdl).sort()).toEqual(['E.A', 'Query.a']);
});
