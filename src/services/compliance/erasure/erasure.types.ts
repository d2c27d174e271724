import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { defineConnection } from '../../../graphql/lists/connections.js';
import { DateTime, URLScalar } from '../../../graphql/schema/scalars.js';
import { Node } from '../../identity/identity.types.js';
import type { ErasureNoticeRecord } from './erasure-notices.js';
import { readReceipt, type ErasureReceiptRecord } from './erasure-receipt.js';
import type { ErasureRecord, ErasureStatus as Status } from './erasure-record.js';

/** The values of the GraphQL enum `ErasureStatus`. */
export const ErasureStatus = {
  SCHEDULED: 'SCHEDULED',
  CANCELLED: 'CANCELLED',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  ON_HOLD: 'ON_HOLD',
} as const satisfies Record<Status, Status>;

registerEnumType(ErasureStatus, {
  name: 'ErasureStatus',
  description: 'Where an erasure stands.',
  valuesConfig: {
    SCHEDULED: { description: 'Waits for the end of the grace period; can be cancelled.' },
    CANCELLED: { description: 'Taken back: nothing was erased.' },
    RUNNING: { description: 'Being carried out; nothing stops it any more.' },
    COMPLETED: { description: 'Done, with a receipt.' },
    ON_HOLD: { description: 'Waits for the end of a legal hold; can be cancelled.' },
  },
});

@ObjectType({
  description:
    'Proof that an erasure took place. It holds no personal data and verifies offline with the keys at ' +
    '`/.well-known/jwks.json`.',
  simpleResolvers: true,
})
export class ErasureReceipt implements ErasureReceiptRecord {
  @Field(() => ID, { description: 'The identifier of the receipt: `jti` of the JWS.' })
  readonly id!: string;

  @Field(() => String, {
    description: 'SHA-256, in base64url, of the receipt’s id, a colon and the account’s id.',
  })
  readonly subjectHash!: string;

  @Field(() => DateTime, { description: 'When the data was destroyed.' })
  readonly erasedAt!: Date;

  @Field(() => [String], { description: 'The tables and columns that were emptied.' })
  readonly destroyed!: string[];

  @Field(() => String, {
    description: 'The place in the sealed audit log of the event that records the erasure.',
  })
  readonly auditSequence!: string;

  @Field(() => String, { description: 'The receipt as a compact JWS, signed with ES256.' })
  readonly jws!: string;
}

@ObjectType({
  description: 'A system that is told of an erasure (Art. 19 GDPR), and its answer.',
  simpleResolvers: true,
})
export class ErasureNotice implements ErasureNoticeRecord {
  @Field(() => ID, { description: 'The identifier of the event: `jti` of the Security Event Token.' })
  readonly id!: string;

  @Field(() => URLScalar, { description: 'Where the event is sent.' })
  readonly receiver!: string;

  @Field(() => Int, { description: 'How often it was sent.' })
  readonly attempts!: number;

  @Field(() => DateTime, { nullable: true, description: 'When it was last sent.' })
  readonly lastAttemptAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'HTTP status of the last answer; null when none came.' })
  readonly lastStatus!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When the system acknowledged.' })
  readonly acknowledgedAt!: Date | null;
}

@ObjectType({
  implements: Node,
  description: 'Somebody’s erasure (Art. 17 GDPR): asked for, held back, or carried out.',
})
export class ErasureRequest extends Node {
  @Field(() => ID, { description: 'The account that is to be erased.' })
  readonly userId: string;

  @Field(() => ErasureStatus, { description: 'Where the erasure stands.' })
  readonly status: Status;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly requestedAt: Date;

  @Field(() => ID, { description: 'The account that asked for it; the nil UUID: the server itself.' })
  readonly requestedBy: string;

  @Field(() => DateTime, { description: 'The end of the grace period: it can be cancelled until then.' })
  readonly scheduledFor: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was complete.' })
  readonly completedAt: Date | null;

  @Field(() => ErasureReceipt, { nullable: true, description: 'The proof, once it is complete.' })
  readonly receipt: ErasureReceipt | null;

  constructor(record: ErasureRecord) {
    super(record.id);
    this.userId = record.userId;
    this.status = record.status;
    this.requestedAt = record.requestedAt;
    this.requestedBy = record.requestedBy;
    this.scheduledFor = record.scheduledFor;
    this.completedAt = record.completedAt;
    this.receipt = record.receipt === null ? null : readReceipt(record.receipt);
  }
}

export const ErasureRequestConnection = defineConnection(ErasureRequest, 'ErasureRequest');

@ObjectType({ description: 'The erasure that was asked for or taken back.' })
export class ErasurePayload {
  @Field(() => ErasureRequest, { description: 'The request as it stands now.' })
  readonly erasureRequest!: ErasureRequest;
}
