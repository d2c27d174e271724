import { Arg, Int } from 'type-graphql';

/** How many entries a page has when nobody says it. */
export const PAGE_SIZE = 20;

/** The argument `first` of a list: how many entries. */
export function First(size = PAGE_SIZE): ReturnType<typeof Arg> {
  return Arg('first', () => Int, {
    nullable: true,
    defaultValue: size,
    description: 'How many, at most 100.',
  });
}

/** The argument `after` of a list: where the page begins. */
export function After(): ReturnType<typeof Arg> {
  return Arg('after', () => String, { nullable: true, description: 'The cursor to read on from.' });
}
