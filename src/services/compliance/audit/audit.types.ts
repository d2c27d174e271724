import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { defineConnection } from '../../../graphql/lists/connections.js';
import { DateTime, JSONObject } from '../../../graphql/schema/scalars.js';
import type { JsonObject } from '../../../input/json-object.js';
import type { EventView } from '../../audit/events/list-events.js';
import { Node } from '../../identity/identity.types.js';

@ObjectType({
  implements: Node,
  description: 'Something that happened, in the record that only grows.',
})
export class AuditEvent extends Node {
  readonly #origin: Pick<EventView, 'ipAddress' | 'userAgent'> | null;
  readonly #onOriginRead: () => void;

  @Field(() => String, {
    nullable: true,
    description: 'The place in the sealed log, counted from 0; null until the event is sealed.',
  })
  readonly sequence: string | null;

  @Field(() => DateTime, { description: 'When it happened.' })
  readonly at: Date;

  @Field(() => String, { description: 'What happened, such as user.registered or session.revoked.' })
  readonly action: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Who did it; null for the server itself and for somebody who was not signed in.',
  })
  readonly actorId: string | null;

  @Field(() => ID, { nullable: true, description: 'Whose account it is about; null when about none.' })
  readonly subjectId: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The network address of whoever did it; null where none is kept: deleted in time, the person erased or unknown; ' +
      'and, without `privacy:restricted`, where the processing of that person’s data is restricted.',
  })
  get ipAddress(): string | null {
    return this.readOrigin('ipAddress');
  }

  @Field(() => String, { nullable: true, description: 'The user agent, kept as long as the address.' })
  get userAgent(): string | null {
    return this.readOrigin('userAgent');
  }

  @Field(() => JSONObject, { description: 'Details that name no person.' })
  readonly data: JsonObject;

  /** `showsOrigin`: whether the caller may see where it came from; `data`: what they may see of the details. */
  constructor(event: EventView, given: { showsOrigin: boolean; data: JsonObject; onOriginRead: () => void }) {
    super(event.id);
    this.#origin = given.showsOrigin ? event : null;
    this.#onOriginRead = given.onOriginRead;
    this.sequence = event.sequence;
    this.at = event.at;
    this.action = event.action;
    this.actorId = event.actorId;
    this.subjectId = event.subjectId;
    this.data = given.data;
  }

  private readOrigin(field: 'ipAddress' | 'userAgent'): string | null {
    const value = this.#origin?.[field] ?? null;
    if (value !== null) this.#onOriginRead();
    return value;
  }
}

export const AuditEventConnection = defineConnection(AuditEvent, 'AuditEvent', { counted: false });

@InputType({ description: 'Which events to list; all conditions must hold.' })
export class AuditEventFilter {
  @Field(() => String, { nullable: true, description: 'What happened, in full: session.created.' })
  readonly action?: string | null;

  @Field(() => ID, { nullable: true, description: 'Whose account it is about.' })
  readonly subjectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Who did it.' })
  readonly actorId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Events of this moment and later.' })
  readonly after?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Events before this moment.' })
  readonly before?: Date | null;
}

@ObjectType({ description: 'What the verification of the sealed log found.' })
export class AuditVerification {
  @Field(() => Boolean, { description: 'Whether every event is as it was sealed, and none is missing.' })
  readonly intact!: boolean;

  @Field(() => String, { description: 'How many events were found to be as they were sealed.' })
  readonly eventsChecked!: string;

  @Field(() => String, { nullable: true, description: 'The place of the last of them; null for none.' })
  readonly headSequence!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The Merkle root over them, in base64; null for none.',
  })
  readonly headHash!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The place of the first event that was changed, removed, inserted or moved; null when the log is intact.',
  })
  readonly firstBrokenSequence!: string | null;
}
