import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../../graphql/schema/scalars.js';
import { Node } from '../../identity/identity.types.js';
import type { ExportRecord } from './export-record.js';

/** The values of the GraphQL enum `DataExportStatus`. */
export const DataExportStatus = {
  PENDING: 'PENDING',
  READY: 'READY',
  FAILED: 'FAILED',
  EXPIRED: 'EXPIRED',
} as const satisfies Record<ExportRecord['status'], ExportRecord['status']>;

registerEnumType(DataExportStatus, {
  name: 'DataExportStatus',
  description: 'Where a data export stands.',
  valuesConfig: {
    PENDING: { description: 'Being made.' },
    READY: { description: 'It can be fetched.' },
    FAILED: { description: 'It could not be made; ask again.' },
    EXPIRED: { description: 'Its time is over and the copy is gone; ask again.' },
  },
});

@ObjectType({
  implements: Node,
  description:
    'A copy of everything held about a person: a zip archive with JSON, its schema and a readable page.',
})
export class DataExport extends Node {
  readonly record: ExportRecord;

  @Field(() => DataExportStatus, { description: 'Where it stands.' })
  readonly status: ExportRecord['status'];

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly requestedAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'Since when it can be fetched.' })
  readonly readyAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when it can be fetched.' })
  readonly expiresAt: Date | null;

  constructor(record: ExportRecord) {
    super(record.id);
    this.record = record;
    this.status = record.status;
    this.requestedAt = record.requestedAt;
    this.readyAt = record.readyAt;
    this.expiresAt = record.expiresAt;
  }
}

@ObjectType({ description: 'The export is being made.' })
export class DataExportPayload {
  @Field(() => DataExport, { description: 'The export; a mail tells the person when it is ready.' })
  readonly dataExport!: DataExport;
}
