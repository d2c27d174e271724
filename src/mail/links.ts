/** Where a link in a mail leads: the SPA at APP_URL, or the server's own pages. */
export type LinkPath =
  | 'verify-email'
  | 'reset-password'
  | 'confirm-email-change'
  | 'undo-email-change'
  | 'accept-invitation'
  | 'not-me';

/** The link that carries a one-time token. Built from the configuration only, never from a request's Host header. */
export function buildLink(appUrl: string, path: LinkPath, token: string): string {
  return `${appUrl.replace(/\/+$/, '')}/${path}?token=${encodeURIComponent(token)}`;
}
