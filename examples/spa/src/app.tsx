import { AccountArea } from './account-area.js';
import { useSecondsUntil } from './parts/notice.js';
import { Register } from './pages/register.js';
import { SignIn } from './pages/sign-in.js';
import { VerifyEmail } from './pages/verify-email.js';
import { wordsFor } from './problem.js';
import { useAuth } from './use-auth.js';
import { usePath } from './use-path.js';

export function App() {
  const state = useAuth();
  const path = usePath();
  if (path === '/verify-email') return <Outside>{<VerifyEmail />}</Outside>;
  switch (state.status) {
    case 'starting':
      return <Starting retryAt={state.problem?.retryAt ?? null} />;
    case 'signed-in':
      return <AccountArea key={state.sessionId} isOffline={state.problem !== null} />;
    case 'signed-out':
      return (
        <Outside>
          {state.reason && (
            <p className="notice bad" role="alert">
              {wordsFor(state.reason)}
            </p>
          )}
          {path === '/register' ? <Register /> : <SignIn />}
        </Outside>
      );
  }
}

function Outside({ children }: { children: React.ReactNode }) {
  return <main className="card narrow">{children}</main>;
}

function Starting({ retryAt }: { retryAt: number | null }) {
  const seconds = useSecondsUntil(retryAt);
  return (
    <main className="card narrow" aria-busy="true">
      <p role="status">
        {retryAt === null ? 'One moment …' : `The server cannot be reached. Trying again in ${seconds} s.`}
      </p>
    </main>
  );
}
