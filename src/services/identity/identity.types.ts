import { Directive, Field, ID, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { AppError } from '../../errors.js';
import { DateTime, EmailAddress } from '../../graphql/schema/scalars.js';
import type { UserRecord, UserStatus as Status } from './accounts/user-record.js';

/** The values of the GraphQL enum `UserStatus`. */
export const UserStatus = {
  ACTIVE: 'ACTIVE',
  SUSPENDED: 'SUSPENDED',
  DELETED: 'DELETED',
  ERASED: 'ERASED',
} as const satisfies Record<Status, Status>;

registerEnumType(UserStatus, {
  name: 'UserStatus',
  description: 'Where an account stands.',
  valuesConfig: {
    ACTIVE: { description: 'In use: the user can sign in.' },
    SUSPENDED: { description: 'Barred for now: nobody can sign in, and every session has ended.' },
    DELETED: { description: 'Deleted but recoverable: invisible to everybody except operators.' },
    ERASED: { description: 'Erased for good: the personal data no longer exists.' },
  },
});

@InterfaceType({ description: 'Anything that can be fetched again by its global `id`.' })
export abstract class Node {
  @Field(() => ID, { description: 'The identifier, unique across all types.' })
  readonly id: string;

  protected constructor(id: string) {
    this.id = id;
  }
}

/**
 * An account as one caller sees it. It is made in one of two ways: `User.readable` for a caller who may read
 * it, `User.hidden` for everybody else, whose every field but `id` answers FORBIDDEN. A resolver cannot forget
 * to decide: without a decision there is no User.
 */
@Directive('@key(fields: "id")')
@ObjectType('User', {
  implements: Node,
  description:
    'An account. Readable by the user itself and by callers with `users:read`, whose look is recorded; to anyone ' +
    'else every field but `id` answers FORBIDDEN.',
})
export class User extends Node {
  readonly #record: UserRecord | null;
  readonly #onRead: () => void;

  private constructor(id: string, record: UserRecord | null, onRead: () => void) {
    super(id);
    this.#record = record;
    this.#onRead = onRead;
  }

  /**
   * The account in full, for a caller who may read it: the user itself or staff (`visibleUser` decides). `onRead` is
   * called whenever more of it is read than the id.
   */
  static readable(record: UserRecord, onRead: () => void = () => undefined): User {
    return new User(record.id, record, onRead);
  }

  /** The account as an identifier only. */
  static hidden(id: string): User {
    return new User(id, null, () => undefined);
  }

  /**
   * The account behind this object, for resolvers of further fields.
   * @throws AppError FORBIDDEN when the caller may not read it.
   */
  requireReadable(): UserRecord {
    if (this.#record === null) throw new AppError('FORBIDDEN');
    this.#onRead();
    return this.#record;
  }

  @Field(() => EmailAddress, { nullable: true, description: 'The address the user signs in with.' })
  get email(): string | null {
    return this.requireReadable().email;
  }

  @Field(() => Boolean, { description: 'Whether the user has proved that the e-mail address is theirs.' })
  get isVerified(): boolean {
    return this.requireReadable().isVerified;
  }

  @Field(() => UserStatus, { description: 'Where the account stands.' })
  get status(): Status {
    return this.requireReadable().status;
  }

  @Field(() => DateTime, { description: 'When the account was registered.' })
  get createdAt(): Date {
    return this.requireReadable().createdAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the user last signed in; null if never.' })
  get lastLoginAt(): Date | null {
    return this.requireReadable().lastLoginAt;
  }

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the account was deleted; null while it is in use.',
  })
  get deletedAt(): Date | null {
    return this.requireReadable().deletedAt;
  }
}

@ObjectType({ description: 'The operation took place, or was accepted.' })
export class SuccessPayload {
  @Field(() => Boolean, { description: 'Always true: a failure is an error instead.' })
  readonly success: boolean = true;
}

@ObjectType({ description: 'The account after the operation.' })
export class UserPayload {
  @Field(() => User, { description: 'The account that was acted on.' })
  readonly user!: User;
}
