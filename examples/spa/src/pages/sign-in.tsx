import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { LoginDocument } from '../generated/graphql.js';
import { Field } from '../parts/field.js';
import { readForm } from '../parts/form-values.js';
import { Link } from '../parts/link.js';
import { ProblemNotice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { Submit } from '../parts/submit.js';
import { auth } from '../session.js';
import { useAction } from '../use-action.js';
import { SecondStep, type Challenge } from './second-step.js';

/** E-mail address and password; then the second factor of accounts that have one. */
export function SignIn() {
  const [challenge, setChallenge] = useState<Challenge | null>(null);
  const [login] = useMutation(LoginDocument);
  const { run, busy, problem } = useAction((email: string, password: string) =>
    auth.signIn(async (context) => {
      const { data } = await login({ variables: { input: { email, password } }, context });
      const result = data?.login;
      if (result?.__typename === 'LoginSuccess') return { sessionId: result.session.id, ...result.tokens };
      setChallenge(result ?? null);
      return null;
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    const { email = '', password = '' } = readForm(event);
    void run(email, password);
  };

  if (challenge) return <SecondStep challenge={challenge} startAgain={() => setChallenge(null)} />;
  return (
    <Page title="Sign in">
      <ProblemNotice problem={problem} />
      <form onSubmit={submit}>
        <Field
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="username"
          required
          problem={problem}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          problem={problem}
        />
        <Submit busy={busy} problem={problem}>
          Sign in
        </Submit>
      </form>
      <p className="aside">
        No account yet? <Link to="/register">Register</Link>
      </p>
    </Page>
  );
}
