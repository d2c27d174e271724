import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { defineConnection } from '../../graphql/lists/connections.js';
import { DateTime, EmailAddress } from '../../graphql/schema/scalars.js';
import { Node, User } from '../identity/identity.types.js';
import { MfaRequired } from './mfa/mfa.types.js';
import type { SessionRecord } from './sessions/session-record.js';

@ObjectType({
  description:
    'A short-lived access token and a refresh token that works once. In cookie mode (header ' +
    '`X-Auth-Transport: cookie`) the refresh token travels in an HttpOnly cookie and is null here.',
})
export class Tokens {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer`. A JWT (RFC 9068).' })
  readonly accessToken!: string;

  @Field(() => DateTime, { description: 'When the access token stops working: refresh before.' })
  readonly accessTokenExpiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Hand it to `refreshSession`, once. Null in cookie mode.',
  })
  readonly refreshToken!: string | null;

  @Field(() => DateTime, {
    description: 'When the refresh token stops working, and the session ends with it.',
  })
  readonly refreshTokenExpiresAt!: Date;
}

@ObjectType({ implements: Node, description: 'A sign-in on one device, until it ends.' })
export class Session extends Node {
  readonly #record: SessionRecord;

  @Field(() => Boolean, { description: 'Whether this is the session that asks.' })
  readonly current: boolean;

  @Field(() => DateTime, { description: 'When the user signed in.' })
  readonly createdAt: Date;

  @Field(() => DateTime, { description: 'When the session was last refreshed.' })
  readonly lastSeenAt: Date;

  @Field(() => DateTime, { description: 'When the session ends unless it is refreshed before.' })
  readonly expiresAt: Date;

  @Field(() => String, { nullable: true, description: 'The address it was last refreshed from.' })
  get ipAddress(): string | null {
    return this.#record.ipAddress;
  }

  @Field(() => String, { nullable: true, description: 'The user agent it was last refreshed by.' })
  get userAgent(): string | null {
    return this.#record.userAgent;
  }

  @Field(() => [String], {
    description: 'How the user proved who they are: RFC 8176 values such as pwd, otp, hwk, fed or mfa.',
  })
  readonly authenticationMethods: string[];

  constructor(record: SessionRecord, currentId: string | null) {
    super(record.id);
    this.#record = record;
    this.current = record.id === currentId;
    this.createdAt = record.createdAt;
    this.lastSeenAt = record.lastSeenAt;
    this.expiresAt = record.expiresAt;
    this.authenticationMethods = record.amr;
  }
}

export const SessionConnection = defineConnection(Session, 'Session');

@ObjectType({ description: 'The user is signed in.' })
export class LoginSuccess {
  @Field(() => User, { description: 'Who signed in.' })
  readonly user!: User;

  @Field(() => Session, { description: 'The session that this sign-in opened.' })
  readonly session!: Session;

  @Field(() => Tokens, { description: 'What to act with from now on.' })
  readonly tokens!: Tokens;
}

export const LoginResult = createUnionType({
  name: 'LoginResult',
  description: 'What a right first factor leads to: tokens, or the challenge to prove a second one.',
  types: () => [LoginSuccess, MfaRequired] as const,
});

@ObjectType({ description: 'The session goes on with fresh tokens.' })
export class RefreshSessionPayload {
  @Field(() => Session, { description: 'The session that was refreshed.' })
  readonly session!: Session;

  @Field(() => Tokens, { description: 'Tokens in place of those held so far.' })
  readonly tokens!: Tokens;
}

@ObjectType({ description: 'How many sessions were ended.' })
export class RevokeSessionsPayload {
  @Field(() => Int, { description: 'The number of sessions that this operation ended.' })
  readonly revoked!: number;
}

@InputType({ description: 'Address and password of an account.' })
export class LoginInput {
  @Field(() => EmailAddress, { description: 'The address of the account.' })
  readonly email!: string;

  @Field(() => String, { description: 'The password of the account.' })
  readonly password!: string;
}

@InputType({ description: 'The refresh token to spend.' })
export class RefreshSessionInput {
  @Field(() => String, {
    nullable: true,
    description: 'The refresh token; left out in cookie mode, where the cookie carries it.',
  })
  readonly refreshToken?: string | null;
}
