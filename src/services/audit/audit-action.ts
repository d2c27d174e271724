/**
 * What the record of events can say happened: `<thing>.<what happened to it>`. Refreshing a session is
 * left out on purpose: it happens every few minutes and says nothing that `lastSeenAt` does not.
 */
export type AuditAction =
  | 'user.registered'
  | 'email.verified'
  | 'email.change_requested'
  | 'email.changed'
  | 'email.change_undone'
  | 'password.refused'
  | 'password.changed'
  | 'password.reset_requested'
  | 'password.reset'
  | 'profile.updated'
  | 'consent.recorded'
  | 'session.created'
  | 'session.refused'
  | 'session.reauthenticated'
  | 'session.revoked'
  | 'session.reuse_detected'
  | 'pii.viewed'
  | 'permission.refused'
  | 'user.invited'
  | 'user.invitation_accepted'
  | 'user.roles_changed'
  | 'user.suspended'
  | 'user.reinstated'
  | 'user.deleted'
  | 'user.restored'
  | 'admin.bootstrapped';
