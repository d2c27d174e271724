import type { RequestContext } from '../../security/requests/request-context.js';
import { User } from '../identity/identity.types.js';
import { LoginSuccess, Session, type LoginResult } from './auth.types.js';
import { MfaRequired } from './mfa/mfa.types.js';
import type { SignedIn, SignInResult } from './sign-in.service.js';
import { deliverTokens } from './token-transport.js';
import { rememberSignIn } from './user-sessions.resolver.js';

/** The GraphQL answer to a sign-in, by whichever way: tokens, or what a second factor has to answer. */
export function presentSignIn(context: RequestContext, result: SignInResult): typeof LoginResult {
  if (!('challenge' in result)) return presentSignedIn(context, result);
  context.enteredAccounts.add(result.userId);
  return Object.assign(new MfaRequired(), result);
}

/** The same once nothing is missing. */
export function presentSignedIn(context: RequestContext, { user, session, tokens }: SignedIn): LoginSuccess {
  return Object.assign(new LoginSuccess(), {
    user: rememberSignIn(User.readable(user), session.id),
    session: new Session(session, session.id),
    tokens: deliverTokens(context, user.id, tokens),
  });
}
