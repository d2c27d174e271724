import { createHash, randomUUID } from 'node:crypto';
import {
  readOwnStatement,
  type SignedStatement,
  type SignStatement,
} from '../../../security/signing-keys/signed-statement.js';

/** Of the JWS; sets a receipt apart from an access token. */
export const RECEIPT_TYPE = 'erasure-receipt+jwt';

/** What a receipt says. It holds no personal data. */
export interface ErasureReceiptRecord {
  id: string;
  /** Of the account's id: `hashSubject`. */
  subjectHash: string;
  erasedAt: Date;
  /** The tables and columns that were emptied. */
  destroyed: string[];
  /** The place in the sealed audit log of the event that records the erasure. */
  auditSequence: string;
  jws: string;
}

/**
 * SHA-256 in base64url of the receipt's id, a colon and the account's id in lower case. Account ids are 122
 * random bits: who knows the id (the person, a system that was told) can check that the receipt is about it, and
 * nobody else can find out whose it is, nor tie two receipts together.
 */
export function hashSubject(receiptId: string, userId: string): string {
  return createHash('sha256').update(`${receiptId}:${userId.toLowerCase()}`).digest('base64url');
}

export interface ReceiptFacts {
  issuer: string;
  userId: string;
  erasedAt: Date;
  issuedAt: Date;
  destroyed: readonly string[];
  auditSequence: string;
}

/** Signs the receipt of an erasure. Whoever has the published keys verifies it without asking this server. */
export async function signReceipt(sign: SignStatement, facts: ReceiptFacts): Promise<SignedStatement> {
  const id = randomUUID();
  return sign(RECEIPT_TYPE, {
    iss: facts.issuer,
    jti: id,
    iat: Math.floor(facts.issuedAt.getTime() / 1_000),
    subject_hash: hashSubject(id, facts.userId),
    erased_at: facts.erasedAt.toISOString(),
    destroyed: facts.destroyed,
    audit_sequence: facts.auditSequence,
  });
}

/** Reads a receipt that this server signed and kept. */
export function readReceipt(jws: string): ErasureReceiptRecord {
  const claims = readOwnStatement(jws);
  return {
    id: String(claims.jti),
    subjectHash: String(claims.subject_hash),
    erasedAt: new Date(String(claims.erased_at)),
    destroyed: claims.destroyed as string[],
    auditSequence: String(claims.audit_sequence),
    jws,
  };
}
