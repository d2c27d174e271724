import type { SecretVersions } from '../../privacy/key-ring.js';
import { matchesEitherForm, readForeignPhc } from './foreign-hash.js';
import { readBcrypt } from './foreign-hash-bcrypt.js';
import { readFirebaseScrypt } from './foreign-hash-firebase.js';
import { createHashQueue } from './hash-queue.js';
import {
  type Argon2Cost,
  findArgon2CostProblem,
  findPepperId,
  hashPeppered,
  makeDecoyHash,
  readPeppered,
} from './password-argon2.js';
import { parsePhc } from './password-phc.js';
import { normalisePassword } from './password-text.js';

export type Passwords = ReturnType<typeof createPasswords>;

interface PasswordsOptions {
  pepper: SecretVersions;
  /** The cost of new hashes; another one in a stored hash makes it outdated. */
  argon2: Argon2Cost;
  concurrency: number;
  queueLimit: number;
}

export interface PasswordCheck {
  matches: boolean;
  /** It matches, and its hash is to be replaced: made elsewhere, at another cost or with an older pepper. */
  needsRehash: boolean;
}

const NO_MATCH: PasswordCheck = { matches: false, needsRehash: false };

/**
 * Hashing and checking of passwords, all of it through one bounded queue. Each method throws AppError
 * OVERLOADED when that is full.
 * @throws RangeError when the cost is one that Argon2 or our own limits on stored hashes refuse.
 */
export function createPasswords({ pepper, argon2, concurrency, queueLimit }: PasswordsOptions) {
  const problem = findArgon2CostProblem(argon2);
  if (problem) throw new RangeError(`Argon2 parameters: ${problem}`);
  const queue = createHashQueue({ concurrency, queueLimit });
  let decoy = { pepperId: pepper.activeId, hash: makeDecoyHash(argon2, pepper) };

  /** Made anew when another pepper becomes the active one: the old one may be removed. */
  function decoyHash(): string {
    if (decoy.pepperId !== pepper.activeId)
      decoy = { pepperId: pepper.activeId, hash: makeDecoyHash(argon2, pepper) };
    return decoy.hash;
  }

  function readStored(stored: string) {
    if (stored.startsWith('$2')) return foreign(readBcrypt(stored));
    if (stored.startsWith('$fbscrypt$')) return foreign(readFirebaseScrypt(stored));
    const phc = parsePhc(stored);
    const pepperId = findPepperId(phc);
    return pepperId === null ? foreign(readForeignPhc(phc)) : readPeppered(phc, pepperId, argon2, pepper);
  }

  async function verify(storedHash: string, password: string): Promise<PasswordCheck> {
    const stored = readStored(storedHash);
    if (normalisePassword(password) === null) return NO_MATCH;
    const matches = await queue.run(() => stored.matches(password));
    return { matches, needsRehash: matches && stored.outdated };
  }

  /** A check of a hash made elsewhere, which may be quick: beside it runs one of ours, as for an unknown address. */
  function foreign(check: (password: string) => Promise<boolean>) {
    const decoy = readOwn(decoyHash());
    return {
      outdated: true,
      async matches(password: string): Promise<boolean> {
        const [matches] = await Promise.all([matchesEitherForm(check, password), decoy.matches(password)]);
        return matches;
      },
    };
  }

  function readOwn(stored: string) {
    return readPeppered(parsePhc(stored), pepper.activeId, argon2, pepper);
  }

  return {
    /**
     * Hashes a password that passed the policy, in its normal form.
     * @throws RangeError for a text that can be nobody's password.
     */
    async hash(password: string): Promise<string> {
      const normalForm = normalisePassword(password);
      if (normalForm === null) throw new RangeError('Only a password that passed the policy can be hashed.');
      return queue.run(() => hashPeppered(normalForm, argon2, pepper));
    },

    /**
     * Checks a password against a stored hash, ours or made elsewhere (bcrypt, scrypt, PBKDF2, other Argon2).
     * A text that can be nobody's password does not match and costs nothing, whether or not the account exists.
     * A hash made elsewhere costs a check of ours besides: an imported account must not be told by its quick refusal.
     * @throws Error (StoredHashError) for a stored hash that is malformed, too costly or of an unknown pepper.
     */
    verify,

    /** Costs what a check of a hash of ours costs, for an account that is not there or has no password. */
    async verifyAgainstNobody(password: string): Promise<void> {
      await verify(decoyHash(), password);
    },

    /**
     * Refuses a hash that could not be checked when its person signs in.
     * @throws Error (StoredHashError) saying what is wrong with it, and nothing of the hash
     */
    requireCheckable: (storedHash: string): void => void readStored(storedHash),

    /** How many computations run and wait, for metrics. */
    load: queue.load,
  };
}
