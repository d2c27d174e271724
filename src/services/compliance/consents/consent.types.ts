import { Field, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../../graphql/schema/scalars.js';

@ObjectType({
  description: 'What the user decided last about one purpose. Earlier decisions are kept as proof.',
})
export class Consent {
  @Field(() => String, { description: 'What the data would be used for.' })
  readonly purpose!: string;

  @Field(() => Boolean, { description: 'Whether the user agreed; false: refused, withdrawn or objected.' })
  readonly granted!: boolean;

  @Field(() => String, { description: 'Which version of the text the user saw.' })
  readonly policyVersion!: string;

  @Field(() => DateTime, { description: 'When the user decided.' })
  readonly recordedAt!: Date;
}

@InputType({ description: 'An objection to a use of one’s data, Art. 21 GDPR.' })
export class ObjectionInput {
  @Field(() => String, { description: 'The use objected to; at most 100 characters.' })
  readonly purpose!: string;

  @Field(() => String, { description: 'Which version of the text the user saw; at most 50 characters.' })
  readonly policyVersion!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The grounds relating to the user’s situation; direct marketing needs none. At most 2,000 characters.',
  })
  readonly grounds?: string | null;
}

@ObjectType({ description: 'The decisions as they are now.' })
export class ConsentPayload {
  @Field(() => [Consent], { description: 'What the user decided last, for every purpose.' })
  readonly consents!: Consent[];
}
