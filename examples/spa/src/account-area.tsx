import { useQuery } from '@apollo/client/react';
import type { ReactElement } from 'react';
import { ViewerDocument } from './generated/graphql.js';
import { Link } from './parts/link.js';
import { ProblemNotice } from './parts/notice.js';
import { StepUpDialog } from './parts/step-up.js';
import { Profile } from './pages/profile.js';
import { Security } from './pages/security.js';
import { Sessions } from './pages/sessions.js';
import { YourData } from './pages/your-data.js';
import { auth } from './session.js';
import { useAction } from './use-action.js';
import { goTo, usePath } from './use-path.js';

const PAGES: Readonly<Record<string, { name: string; show: () => ReactElement }>> = {
  '/': { name: 'Profile', show: () => <Profile /> },
  '/sessions': { name: 'Sessions', show: () => <Sessions /> },
  '/security': { name: 'Second factor', show: () => <Security /> },
  '/your-data': { name: 'Your data', show: () => <YourData /> },
};

/** What a signed-in person sees. */
export function AccountArea({ isOffline }: { isOffline: boolean }) {
  const path = usePath();
  const { data } = useQuery(ViewerDocument);
  const { run, busy, problem } = useAction(async () => {
    await auth.signOut();
    goTo('/');
  });
  const page = PAGES[path] ?? PAGES['/'];
  return (
    <StepUpDialog>
      <header>
        <p className="who">
          Signed in as <strong>{data?.viewer?.email ?? '…'}</strong>
        </p>
        <button type="button" onClick={() => void run()} disabled={busy}>
          Sign out
        </button>
      </header>
      <nav aria-label="Your account">
        {Object.entries(PAGES).map(([to, { name }]) => (
          <Link key={to} to={to}>
            {name}
          </Link>
        ))}
      </nav>
      <ProblemNotice problem={problem} />
      {isOffline && (
        <p className="notice bad" role="status">
          The server cannot be reached at the moment. You are still signed in.
        </p>
      )}
      <main className="card">{page?.show()}</main>
    </StepUpDialog>
  );
}
