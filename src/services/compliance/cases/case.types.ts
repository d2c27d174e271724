import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import {
  DataSubjectDecision,
  DataSubjectRequestStatus,
  DataSubjectRequestType,
} from '../../../database/generated/enums.js';
import { defineConnection } from '../../../graphql/lists/connections.js';
import { DateTime } from '../../../graphql/schema/scalars.js';
import { Node } from '../../identity/identity.types.js';
import type { CaseRecord } from './case-record.js';

export { DataSubjectRequestStatus };

export const NOTIFY =
  'Whether the person is told by mail. false: you tell them in another way, such as a letter to somebody who has lost the ' +
  'mailbox.';

registerEnumType(DataSubjectRequestType, {
  name: 'DataSubjectRequestType',
  description: 'Which right the person uses: Art. 15 to 21 GDPR, or the CCPA.',
  valuesConfig: {
    ACCESS: { description: 'To be told what is held: Art. 15 GDPR.' },
    PORTABILITY: { description: 'To get the data in a form that machines read: Art. 20 GDPR.' },
    ERASURE: { description: 'To have the data erased: Art. 17 GDPR.' },
    RECTIFICATION: { description: 'To have wrong data corrected: Art. 16 GDPR.' },
    RESTRICTION: { description: 'To have the use of the data restricted: Art. 18 GDPR.' },
    OBJECTION: { description: 'To object to a use of the data: Art. 21 GDPR.' },
    CCPA_KNOW: { description: 'To know what is held: Cal. Civ. Code § 1798.110.' },
    CCPA_DELETE: { description: 'To have the data deleted: Cal. Civ. Code § 1798.105.' },
    CCPA_CORRECT: { description: 'To have wrong data corrected: Cal. Civ. Code § 1798.106.' },
    CCPA_OPT_OUT: { description: 'To opt out of sale and sharing: Cal. Civ. Code § 1798.120.' },
  },
});
registerEnumType(DataSubjectRequestStatus, {
  name: 'DataSubjectRequestStatus',
  description: 'Whether the request was answered.',
  valuesConfig: {
    OPEN: { description: 'Waiting for an answer.' },
    CLOSED: { description: 'Answered or withdrawn.' },
  },
});
registerEnumType(DataSubjectDecision, {
  name: 'DataSubjectDecision',
  description: 'What was decided.',
  valuesConfig: {
    GRANTED: { description: 'All that was asked for was done.' },
    PARTLY_GRANTED: { description: 'A part of it was done.' },
    REFUSED: { description: 'Nothing was done.' },
    WITHDRAWN: { description: 'The person no longer asks for it.' },
  },
});

@ObjectType({
  implements: Node,
  description:
    'What a person asked for under data-protection law, by when it must be answered, and what came of it.',
})
export class DataSubjectRequest extends Node {
  readonly #record: CaseRecord;

  @Field(() => ID, { description: 'The account of the person.' })
  readonly userId: string;

  @Field(() => DataSubjectRequestType, { description: 'Which right the person uses.' })
  readonly type: CaseRecord['type'];

  @Field(() => DataSubjectRequestStatus, { description: 'Whether it was answered.' })
  readonly status: CaseRecord['status'];

  @Field(() => Boolean, { description: 'Whether it is open past its date.' })
  readonly overdue: boolean;

  @Field(() => String, { description: 'How it came: self-service, staff, letter …' })
  readonly channel: string;

  @Field(() => DateTime, { description: 'When it came.' })
  readonly receivedAt: Date;

  @Field(() => DateTime, { description: 'By when it must be answered.' })
  readonly dueAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was given more time.' })
  readonly extendedAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was given more time, as the person was told.' })
  get extensionReason(): string | null {
    return this.#record.extensionReason;
  }

  @Field(() => String, { nullable: true, description: 'How the person proved who they are.' })
  get identityProof(): string | null {
    return this.#record.identityProof;
  }

  @Field(() => String, {
    nullable: true,
    description: 'What exactly was asked for, such as the grounds of an objection.',
  })
  get details(): string | null {
    return this.#record.details;
  }

  @Field(() => DataSubjectDecision, { nullable: true, description: 'What was decided.' })
  readonly decision: CaseRecord['decision'];

  @Field(() => String, { nullable: true, description: 'Why, as the person was told.' })
  get decisionReason(): string | null {
    return this.#record.decisionReason;
  }

  @Field(() => String, { nullable: true, description: 'What the person was told beside the reason.' })
  get answer(): string | null {
    return this.#record.answer;
  }

  @Field(() => String, {
    nullable: true,
    description: 'What was done about it: for the record. Stays inside: no mail says it.',
  })
  get evidence(): string | null {
    return this.#record.evidence;
  }

  @Field(() => DateTime, { nullable: true, description: 'When it was answered.' })
  readonly closedAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When a mail that the request came, and by when it is answered, was sent. null: the server told the person nothing.',
  })
  readonly acknowledgedAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When a mail that it takes longer, and why, was sent. null with `extendedAt` set: tell the person yourself.',
  })
  readonly extensionMailedAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When a mail with the answer was sent. null with `closedAt` set: tell the person yourself.',
  })
  readonly decisionMailedAt: Date | null;

  @Field(() => ID, { nullable: true, description: 'The export or erasure that carries it out.' })
  readonly reference: string | null;

  constructor(record: CaseRecord, now: Date) {
    super(record.id);
    this.#record = record;
    this.userId = record.userId;
    this.type = record.type;
    this.status = record.status;
    this.overdue = record.status === 'OPEN' && record.dueAt < now;
    this.channel = record.channel;
    this.receivedAt = record.receivedAt;
    this.dueAt = record.dueAt;
    this.extendedAt = record.extendedAt;
    this.decision = record.decision;
    this.closedAt = record.closedAt;
    this.acknowledgedAt = record.acknowledgedAt;
    this.extensionMailedAt = record.extensionMailedAt;
    this.decisionMailedAt = record.decisionMailedAt;
    this.reference = record.reference;
  }
}

export const DataSubjectRequestConnection = defineConnection(DataSubjectRequest, 'DataSubjectRequest');

@ObjectType({ description: 'The case as it is now.' })
export class CasePayload {
  @Field(() => DataSubjectRequest, { description: 'The case.' })
  readonly dataSubjectRequest!: DataSubjectRequest;
}

@InputType({ description: 'A request that came outside the applications.' })
export class OpenCaseInput {
  @Field(() => ID, { description: 'The account of the person.' })
  readonly userId!: string;

  @Field(() => DataSubjectRequestType, { description: 'Which right the person uses.' })
  readonly type!: CaseRecord['type'];

  @Field(() => String, { description: 'How it came, such as letter; at most 40 characters.' })
  readonly channel!: string;

  @Field(() => DateTime, { description: 'When it came: within the past year.' })
  readonly receivedAt!: Date;

  @Field(() => String, { nullable: true, description: 'How the person proved who they are.' })
  readonly identityProof?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What exactly is asked for; at most 2,000 characters.',
  })
  readonly details?: string | null;

  @Field(() => Boolean, { defaultValue: true, description: NOTIFY })
  readonly notify!: boolean;
}

@InputType({ description: 'The answer to a request.' })
export class CloseCaseInput {
  @Field(() => ID, { description: 'The case.' })
  readonly id!: string;

  @Field(() => DataSubjectDecision, { description: 'What was decided.' })
  readonly decision!: NonNullable<CaseRecord['decision']>;

  @Field(() => String, {
    nullable: true,
    description:
      'Why, in words to the person, who gets them by mail; needed when it is refused, wholly or in part.',
  })
  readonly reason?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What else the person is told in that mail: what was done, say.',
  })
  readonly answer?: string | null;

  @Field(() => String, {
    description: 'What was done about it: for the record. Stays inside: no mail says it.',
  })
  readonly evidence!: string;

  @Field(() => Boolean, { defaultValue: true, description: NOTIFY })
  readonly notify!: boolean;
}
