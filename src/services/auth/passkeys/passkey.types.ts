import { Field, ObjectType } from 'type-graphql';
import { DateTime, JSONObject } from '../../../graphql/schema/scalars.js';
import type { JsonObject } from '../../../input/json-object.js';
import { Node } from '../../identity/identity.types.js';
import type { PasskeyRecord } from './passkey-record.js';

@ObjectType({
  implements: Node,
  description: 'A key in an authenticator of the user, such as a phone, a laptop or a security key.',
})
export class Passkey extends Node {
  readonly #record: PasskeyRecord;

  @Field(() => String, { description: 'What the user called it.' })
  get name(): string {
    return this.#record.name;
  }

  @Field(() => DateTime, { description: 'When it was added.' })
  readonly createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used; null if never.' })
  readonly lastUsedAt: Date | null;

  constructor(record: PasskeyRecord) {
    super(record.id);
    this.#record = record;
    this.createdAt = record.createdAt;
    this.lastUsedAt = record.lastUsedAt;
  }
}

@ObjectType({ description: 'A question to the authenticator; the answer is due within five minutes.' })
export class PasskeyCeremony {
  @Field(() => String, { description: 'Hand it back with the answer, right or wrong: it works once.' })
  readonly ceremony!: string;

  @Field(() => JSONObject, {
    description:
      'For `navigator.credentials.create` or `.get` as `publicKey`, in the JSON form that ' +
      '`PublicKeyCredential.parseCreationOptionsFromJSON` and `.parseRequestOptionsFromJSON` read.',
  })
  readonly options!: JsonObject;
}
