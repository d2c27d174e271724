import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/client.js';

/** A text that stands nowhere else: who finds it has found what belongs to `name`. */
export function canary(name: string): string {
  return `canary-${name}-${randomBytes(6).toString('hex')}`;
}

type Seed = (db: Database, userId: string, mark: (place: string) => string) => Promise<unknown>;

const now = new Date();
const later = new Date(Date.now() + 3_600_000);

/**
 * One row with a value in every exported column, for each table of which a person receives something. A table
 * that is missing here fails the test that reads it.
 */
export const CANARY_ROWS: Readonly<Record<string, Seed>> = {
  User: (db, id, mark) =>
    db.user.update({
      where: { id },
      data: {
        lastLoginAt: now,
        passwordChangedAt: now,
        credentialsVoidAt: now,
        inactivityNoticeAt: now,
        importedAt: now,
        processingRestrictedAt: now,
        suspendedAt: now,
        suspendedUntil: now,
        suspensionReason: mark('suspension'),
        deletionReason: mark('deletion'),
        deletedAt: now,
      },
      select: { id: true },
    }),
  SocialFlow: (db, userId, mark) =>
    db.socialFlow.create({
      data: {
        userId,
        provider: mark('provider'),
        stateHash: randomUUID(),
        browserHash: randomUUID(),
        returnTo: 'https://example.com/',
        expiresAt: later,
        answeredAt: now,
        codeUsedAt: now,
      },
      select: { id: true },
    }),
  MfaChallenge: (db, userId, mark) =>
    db.mfaChallenge.create({
      data: {
        userId,
        tokenHash: randomUUID(),
        amr: [mark('amr')],
        passwordChangedAt: now,
        createdAt: now,
        expiresAt: later,
        attempts: 1,
        usedAt: now,
      },
      select: { id: true },
    }),
  OutgoingMail: (db, userId, mark) =>
    db.outgoingMail.create({
      data: { userId, template: mark('template'), message: {} },
      select: { id: true },
    }),
  UserRole: (db, userId) =>
    db.userRole.create({ data: { userId, role: 'SUPPORT', grantedBy: randomUUID() } }),
  SocialLogin: (db, userId, mark) =>
    db.socialLogin.create({ data: { userId, provider: mark('provider'), providerId: mark('provider-id') } }),
  OneTimeToken: (db, userId, mark) =>
    db.oneTimeToken.create({
      data: {
        userId,
        purpose: 'CONFIRM_EMAIL_CHANGE',
        tokenHash: randomUUID(),
        email: `${mark('new-address')}@example.com`,
        expiresAt: now,
        usedAt: now,
      },
      select: { id: true },
    }),
  UserProfile: (db, userId, mark) =>
    db.userProfile.update({
      where: { userId },
      data: {
        fullName: mark('name'),
        avatarUrl: `https://example.com/${mark('avatar')}`,
        phoneNumber: mark('phone'),
        preferences: { nested: [mark('preference')] },
      },
      select: { userId: true },
    }),
  Session: (db, userId, mark) =>
    db.session.create({
      data: {
        userId,
        expiresAt: now,
        authTime: now,
        amr: [mark('amr')],
        ipAddress: mark('address'),
        userAgent: mark('agent'),
        revokedAt: now,
        revokedReason: mark('why'),
        refreshTokens: {
          create: { tokenHash: randomUUID(), sequence: 1, createdAt: now, expiresAt: now, usedAt: now },
        },
      },
      select: { id: true },
    }),
  TotpAuthenticator: (db, userId) =>
    db.totpAuthenticator.create({
      data: { userId, confirmedAt: now, lastStep: 7, pendingSince: now, failures: 2, failedAt: now },
      select: { userId: true },
    }),
  RecoveryCode: (db, userId) =>
    db.recoveryCode.create({
      data: { userId, codeHash: randomUUID(), createdAt: now, usedAt: now },
      select: { id: true },
    }),
  Passkey: (db, userId, mark) =>
    db.passkey.create({
      data: {
        userId,
        name: mark('passkey'),
        credentialId: mark('credential'),
        publicKey: mark('public-key'),
        transports: [mark('transport')],
        isSynced: true,
        lastUsedAt: now,
      },
      select: { id: true },
    }),
  PasskeyCeremony: (db, userId, mark) =>
    db.passkeyCeremony.create({
      data: {
        userId,
        purpose: 'REGISTER',
        isBound: true,
        ceremonyHash: randomUUID(),
        challengeHash: randomUUID(),
        name: mark('passkey-to-be'),
        expiresAt: later,
      },
      select: { id: true },
    }),
  DataExport: (db, userId) =>
    db.dataExport.create({
      data: {
        userId,
        status: 'EXPIRED',
        requestedBy: userId,
        readyAt: now,
        expiresAt: now,
        downloads: 3,
        lastDownloadedAt: now,
      },
      select: { id: true },
    }),
  DataSubjectRequest: (db, userId, mark) =>
    db.dataSubjectRequest.create({
      data: {
        userId,
        type: 'RECTIFICATION',
        status: 'CLOSED',
        channel: mark('channel'),
        receivedAt: now,
        dueAt: now,
        extendedAt: now,
        extensionReason: mark('extension'),
        identityProof: mark('proof'),
        details: mark('details'),
        decision: 'REFUSED',
        decisionReason: mark('decision'),
        answer: mark('answer'),
        evidence: mark('evidence'),
        openedBy: randomUUID(),
        closedBy: randomUUID(),
        closedAt: now,
        acknowledgedAt: now,
        extensionMailedAt: now,
        decisionMailedAt: now,
      },
      select: { id: true },
    }),
  ErasureRequest: (db, userId, mark) =>
    db.erasureRequest.create({
      data: {
        userId,
        status: 'CANCELLED',
        requestedBy: randomUUID(),
        requestedAt: now,
        scheduledFor: now,
        reason: mark('erasure'),
        cancelledAt: now,
        startedAt: now,
        completedAt: now,
      },
      select: { id: true },
    }),
  Consent: (db, userId, mark) =>
    db.consent.create({
      data: { userId, purpose: mark('purpose'), granted: true, policyVersion: mark('policy') },
    }),
  LegalHold: (db, userId) =>
    db.legalHold.create({
      data: { userId, placedAt: now, placedBy: randomUUID(), releasedAt: now, releasedBy: randomUUID() },
      select: { id: true },
    }),
  // With the session above.
  RefreshToken: () => Promise.resolve(),
  // The server's own sign-in, registration and requests write these two.
  AuditEvent: () => Promise.resolve(),
  AuditOrigin: () => Promise.resolve(),
};
