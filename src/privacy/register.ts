import { AUTH } from './register/auth.js';
import { COMPLIANCE } from './register/compliance.js';
import type { ModelEntry } from './register/entry.js';
import { IDENTITY } from './register/identity.js';
import { KEYS } from './register/keys.js';
import { PASSKEYS } from './register/passkeys.js';
import { PROFILE } from './register/profile.js';
import { SECOND_FACTORS } from './register/second-factors.js';
import { REQUESTS } from './register/requests.js';

/**
 * The register of personal data: what every column of every table says about a person, why it is held,
 * on which legal basis, for how long, how it lies in the database and what an erasure does to it
 * (the substance of the record that Art. 30 GDPR asks for). Sealing, look-up, export, erasure and the
 * data inventory all read it; a test keeps it equal to prisma/schema.prisma.
 */
export const REGISTER: Readonly<Record<string, ModelEntry>> = {
  ...IDENTITY,
  ...PROFILE,
  ...AUTH,
  ...SECOND_FACTORS,
  ...PASSKEYS,
  ...KEYS,
  ...COMPLIANCE,
  ...REQUESTS,
};
