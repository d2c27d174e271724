import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import {
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  SessionsDocument,
  type SessionsQuery,
} from '../generated/graphql.js';
import { describeBrowser } from '../parts/browser-name.js';
import { showTime } from '../parts/moment.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { readProblem } from '../problem.js';
import { useAction } from '../use-action.js';

type Session = NonNullable<SessionsQuery['viewer']>['sessions']['nodes'][number];

const PAGE = 20;

/** Where the person is signed in, and buttons to end that. */
export function Sessions() {
  const { data, error, refetch, fetchMore } = useQuery(SessionsDocument, {
    variables: { first: PAGE },
    fetchPolicy: 'network-only',
  });
  const [ended, setEnded] = useState<number | null>(null);
  const [revokeSession] = useMutation(RevokeSessionDocument);
  const [revokeOthers] = useMutation(RevokeOtherSessionsDocument);
  const endOne = useAction(async (id: string) => {
    const answer = await revokeSession({ variables: { id } });
    setEnded(answer.data?.revokeSession?.revoked ?? 0);
    await refetch();
  });
  const endOthers = useAction(async () => {
    const answer = await revokeOthers();
    setEnded(answer.data?.revokeOtherSessions?.revoked ?? 0);
    await refetch();
  });
  const sessions = data?.viewer?.sessions;
  const busy = endOne.busy || endOthers.busy;

  return (
    <Page title="Sessions">
      <p>You are signed in here. Whatever you do not know, end it, and change your password.</p>
      <ProblemNotice problem={endOne.problem ?? endOthers.problem ?? (error ? readProblem(error) : null)} />
      <ul className="rows">
        {sessions?.nodes.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            busy={busy}
            end={() => void endOne.run(session.id)}
          />
        ))}
      </ul>
      {sessions?.pageInfo.hasNextPage && (
        <button type="button" onClick={() => void fetchMore(nextPage(sessions.pageInfo.endCursor))}>
          Show more
        </button>
      )}
      {sessions && sessions.totalCount > 1 && (
        <button type="button" onClick={() => void endOthers.run()} disabled={busy}>
          End all others
        </button>
      )}
      <Notice>
        {ended !== null && !busy && (ended === 1 ? 'One session ended.' : `${ended} sessions ended.`)}
      </Notice>
    </Page>
  );
}

function SessionRow({ session, busy, end }: { session: Session; busy: boolean; end: () => void }) {
  const name = describeBrowser(session.userAgent ?? null);
  return (
    <li>
      <div>
        <strong>{name}</strong> {session.current && <span className="tag">this one</span>}
        <p className="hint">
          {session.ipAddress ?? 'Unknown address'} · since {showTime(session.createdAt)} · last used{' '}
          {showTime(session.lastSeenAt)}
        </p>
      </div>
      {!session.current && (
        <button type="button" onClick={end} disabled={busy} aria-label={`End the session: ${name}`}>
          End
        </button>
      )}
    </li>
  );
}

/** Puts the next page behind those that are shown. */
function nextPage(after: string | null | undefined) {
  return {
    variables: { first: PAGE, after },
    updateQuery(
      before: SessionsQuery,
      { fetchMoreResult }: { fetchMoreResult: SessionsQuery },
    ): SessionsQuery {
      if (!before.viewer || !fetchMoreResult.viewer) return before;
      const { nodes } = before.viewer.sessions;
      const { sessions } = fetchMoreResult.viewer;
      return {
        ...before,
        viewer: { ...before.viewer, sessions: { ...sessions, nodes: [...nodes, ...sessions.nodes] } },
      };
    },
  };
}
