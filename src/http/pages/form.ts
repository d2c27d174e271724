import { escapeHtml } from '../../mail/escape-html.js';

export interface PasswordPolicyText {
  /** Characters. */
  minLength: number;
  maxLength: number;
}

export interface FormContent {
  /** Path that the form posts to. */
  action: string;
  /** The one-time token, as the link carried it. */
  token: string;
  button: string;
  /** Present: the form asks for a new password. */
  passwordPolicy?: PasswordPolicyText;
  /** What was wrong with the attempt before; plain text, never a value that was entered. */
  error?: string;
}

/**
 * A form that spends a one-time token. It needs no defence against forged requests: the pages use no cookie
 * and know no signed-in user, so a request proves nothing but the token that it carries.
 */
export function renderForm({ action, token, button, passwordPolicy, error }: FormContent): string {
  return `<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
${error === undefined ? '' : `<p class="error" id="error" role="alert">${escapeHtml(error)}</p>`}
${passwordPolicy === undefined ? '' : renderPasswordField(passwordPolicy, error !== undefined)}
<button type="submit">${escapeHtml(button)}</button>
</form>`;
}

function renderPasswordField({ minLength, maxLength }: PasswordPolicyText, failed: boolean): string {
  const described = failed ? 'password-hint error' : 'password-hint';
  const invalid = failed ? ' aria-invalid="true"' : '';
  // No maxlength: browsers would cut a pasted password without a word.
  return `<label for="new-password">New password</label>
<p class="hint" id="password-hint">${minLength} to ${maxLength} characters of any kind; a few words are fine. Not your e-mail address, and not a password known from data breaches.</p>
<input type="password" id="new-password" name="newPassword" autocomplete="new-password" required minlength="${minLength}" aria-describedby="${described}"${invalid}>`;
}
