import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../../graphql/schema/scalars.js';
import type { MfaMethodName } from './second-factor.js';

/** The values of the GraphQL enum `MfaMethod`. */
export const MfaMethod = {
  TOTP: 'TOTP',
  RECOVERY_CODE: 'RECOVERY_CODE',
  PASSKEY: 'PASSKEY',
} as const satisfies Record<MfaMethodName, MfaMethodName>;

registerEnumType(MfaMethod, {
  name: 'MfaMethod',
  description: 'A way to prove a second factor.',
  valuesConfig: {
    TOTP: { description: 'A code of an authenticator app (RFC 6238): six digits.' },
    RECOVERY_CODE: { description: 'One of the codes that were shown when the second factor was set up.' },
    PASSKEY: { description: 'A passkey of the account.' },
  },
});

@ObjectType({
  description: 'The first factor was right, and a second one is missing: answer with `completeMfa`.',
})
export class MfaRequired {
  @Field(() => String, {
    description:
      'What `completeMfa` takes. It stands for the first factor, works once and takes five answers.',
  })
  readonly challenge!: string;

  @Field(() => [MfaMethod], { description: 'What the account can prove a second factor with.' })
  readonly methods!: MfaMethodName[];

  @Field(() => DateTime, { description: 'When the challenge runs out, five minutes after it was made.' })
  readonly expiresAt!: Date;
}

@InputType({ description: 'The answer to a challenge.' })
export class CompleteMfaInput {
  @Field(() => String, { description: 'The challenge of `MfaRequired`.' })
  readonly challenge!: string;

  @Field(() => MfaMethod, { description: 'Which second factor it is.' })
  readonly method!: MfaMethodName;

  @Field(() => String, {
    description:
      'The code as the person typed it; spaces and hyphens do not count. For PASSKEY the JSON text of ' +
      '`{ "ceremony", "response" }`: what `beginPasskeyLogin` answered, and the credential of the browser.',
  })
  readonly code!: string;
}

@ObjectType({
  description: 'What signing in to an account asks for beside the first factor.',
  simpleResolvers: true,
})
export class MfaStatus {
  @Field(() => Boolean, { description: 'Whether codes of an authenticator app are asked for.' })
  readonly totpEnabled!: boolean;

  @Field(() => Int, { description: 'How many recovery codes are left; below three, make new ones.' })
  readonly recoveryCodesLeft!: number;
}

@ObjectType({ description: 'A secret for an authenticator app; it counts once a code of it was confirmed.' })
export class TotpEnrollment {
  @Field(() => String, { description: 'The secret in base 32, for typing it in.' })
  readonly secret!: string;

  @Field(() => String, { description: 'The same as `otpauth:` address, for a QR code.' })
  readonly otpauthUri!: string;
}

@ObjectType({ description: 'Fresh recovery codes; earlier ones are void.' })
export class RecoveryCodesPayload {
  @Field(() => [String], {
    description:
      'Ten codes, each of which works once. They are never shown again: have the person keep them.',
  })
  readonly recoveryCodes!: string[];
}
