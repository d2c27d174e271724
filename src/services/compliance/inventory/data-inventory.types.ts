import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  description:
    'One row of the record of processing activities (Art. 30 GDPR), from the register of personal data.',
  simpleResolvers: true,
})
export class DataInventoryEntry {
  @Field(() => String, { description: 'The kind of record.' })
  readonly model!: string;

  @Field(() => String, { description: 'The value in it.' })
  readonly field!: string;

  @Field(() => String, { description: 'What kind of information about a person it is.' })
  readonly category!: string;

  @Field(() => String, { description: 'What it is held for.' })
  readonly purpose!: string;

  @Field(() => String, { description: 'By which right it is held, Art. 6(1) GDPR.' })
  readonly legalBasis!: string;

  @Field(() => String, { description: 'When it goes at the latest.' })
  readonly retention!: string;

  @Field(() => Boolean, { description: 'Whether it lies in the database sealed under a key of the person.' })
  readonly encrypted!: boolean;

  @Field(() => Boolean, { description: 'Whether it can be looked up, by a keyed hash.' })
  readonly searchable!: boolean;

  @Field(() => Boolean, { description: 'Whether the person receives it in an export.' })
  readonly exported!: boolean;

  @Field(() => String, { description: 'What the erasure of the account does to it.' })
  readonly onErasure!: string;
}
