import 'reflect-metadata';
import { createUnionType, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { createApiSchema } from '../../src/app/schema.js';
import { createCompiledOperations } from '../../src/graphql/operations/compiled-operations.js';
import { createSchema } from '../../src/graphql/schema/schema.js';

@ObjectType()
class Answer {
  @Field(() => String)
  text!: string;
}

const Outcome = createUnionType({
  name: 'Outcome',
  types: () => [Answer] as const,
  resolveType: () => Answer,
});

@Resolver()
class OutcomeResolver {
  @Query(() => Outcome)
  outcome(): Answer {
    return { text: 'fine' };
  }
}

test('an abstract type that compiled operations could not resolve is refused at the start', () => {
  const schema = createSchema({ resolvers: [OutcomeResolver] });
  expect(() => createCompiledOperations(schema)).toThrow('Outcome finds its types asynchronously');
});

test('every abstract type of the API resolves in compiled operations', () => {
  expect(() => createCompiledOperations(createApiSchema())).not.toThrow();
});
