import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { VerifyEmailDocument } from '../generated/graphql.js';
import { Link } from '../parts/link.js';
import { ProblemNotice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { useAction } from '../use-action.js';

/** Where the mailed link leads. Opening it does nothing, since programs that look at mails open links too. */
export function VerifyEmail() {
  // Kept here and taken out of the address bar: it would stay in the history.
  const [token] = useState(() => new URLSearchParams(location.search).get('token') ?? '');
  const [isDone, setIsDone] = useState(false);
  const [verify] = useMutation(VerifyEmailDocument);
  const { run, busy, problem } = useAction(async () => {
    await verify({ variables: { token } });
    history.replaceState(null, '', '/verify-email');
    setIsDone(true);
  });

  if (isDone)
    return (
      <Page title="Your address is confirmed">
        <p>Thank you.</p>
        <p className="aside">
          <Link to="/">Go on to your account</Link>
        </p>
      </Page>
    );
  return (
    <Page title="Confirm your e-mail address">
      <ProblemNotice problem={problem} />
      <p>Press the button to confirm that this address is yours.</p>
      <button type="button" className="primary" onClick={() => void run()} disabled={busy || token === ''}>
        Confirm
      </button>
    </Page>
  );
}
