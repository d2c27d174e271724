import { caseDecided } from './case-decided.js';
import { caseExtended } from './case-extended.js';
import { caseReceived } from './case-received.js';
import { confirmEmailChange } from './confirm-email-change.js';
import { emailChangeNotice } from './email-change-notice.js';
import { erasureCancelled } from './erasure-cancelled.js';
import { erasureScheduled } from './erasure-scheduled.js';
import { invitation } from './invitation.js';
import { exportReady } from './export-ready.js';
import { inactivityNotice } from './inactivity-notice.js';
import { mfaChanged } from './mfa-changed.js';
import { passkeyAdded } from './passkey-added.js';
import { passkeyRemoved } from './passkey-removed.js';
import { newDevice } from './new-device.js';
import { passwordChanged } from './password-changed.js';
import { passwordRenewal } from './password-renewal.js';
import { recoveryCodeUsed } from './recovery-code-used.js';
import { registrationAttempt } from './registration-attempt.js';
import { resetPassword } from './reset-password.js';
import { socialLoginLinked, socialLoginUnlinked } from './social-login-notices.js';
import { sessionCopied } from './session-copied.js';
import { verifyEmail } from './verify-email.js';
import type { RenderedMail, TemplateContext } from './layout.js';

const TEMPLATES = {
  'verify-email': verifyEmail,
  'reset-password': resetPassword,
  'confirm-email-change': confirmEmailChange,
  'email-change-notice': emailChangeNotice,
  'mfa-changed': mfaChanged,
  'recovery-code-used': recoveryCodeUsed,
  'passkey-added': passkeyAdded,
  'passkey-removed': passkeyRemoved,
  'password-changed': passwordChanged,
  'new-device': newDevice,
  'session-copied': sessionCopied,
  'password-renewal': passwordRenewal,
  'registration-attempt': registrationAttempt,
  'social-login-linked': socialLoginLinked,
  'social-login-unlinked': socialLoginUnlinked,
  'erasure-scheduled': erasureScheduled,
  'erasure-cancelled': erasureCancelled,
  'export-ready': exportReady,
  'case-received': caseReceived,
  'case-extended': caseExtended,
  'case-decided': caseDecided,
  'inactivity-notice': inactivityNotice,
  invitation,
};

export type TemplateName = keyof typeof TEMPLATES;

/** The parameters of a template; JSON, as they wait in the outbox. */
export type TemplateParams<Name extends TemplateName> = Parameters<(typeof TEMPLATES)[Name]>[0];

/** A template together with its parameters. */
export type TemplateCall = {
  [Name in TemplateName]: { template: Name; params: TemplateParams<Name> };
}[TemplateName];

/** Whether `name`, read from the outbox, is a template of this version. */
export function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name);
}

/** Renders a template as text and HTML. */
export function renderTemplate<Name extends TemplateName>(
  name: Name,
  params: TemplateParams<Name>,
  context: TemplateContext,
): RenderedMail {
  const template = TEMPLATES[name] as (
    params: TemplateParams<Name>,
    context: TemplateContext,
  ) => RenderedMail;
  return template(params, context);
}
