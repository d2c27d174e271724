import { useMutation, useQuery } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { PasswordPolicyDocument, RegisterDocument } from '../generated/graphql.js';
import { Field } from '../parts/field.js';
import { readForm } from '../parts/form-values.js';
import { Link } from '../parts/link.js';
import { ProblemNotice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { Submit } from '../parts/submit.js';
import { useAction } from '../use-action.js';

/** Opens an account; the mail with the link to confirm the address comes by itself. */
export function Register() {
  const [registered, setRegistered] = useState<string | null>(null);
  const { data } = useQuery(PasswordPolicyDocument);
  const [register] = useMutation(RegisterDocument);
  const { run, busy, problem } = useAction(async (email: string, password: string, fullName: string) => {
    await register({
      variables: { input: { email, password, fullName: fullName === '' ? null : fullName } },
    });
    setRegistered(email);
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    const { email = '', password = '', fullName = '' } = readForm(event);
    void run(email, password, fullName);
  };

  if (registered !== null) return <Registered email={registered} />;
  const minLength = data?.passwordPolicy.minLength;
  return (
    <Page title="Register">
      <ProblemNotice problem={problem} />
      <form onSubmit={submit}>
        <Field label="Full name" name="fullName" autoComplete="name" hint="If you like." problem={problem} />
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
          autoComplete="new-password"
          required
          hint={
            minLength === undefined
              ? undefined
              : `At least ${minLength} characters of any kind; a few words are fine.`
          }
          problem={problem}
        />
        <Submit busy={busy} problem={problem}>
          Register
        </Submit>
      </form>
      <p className="aside">
        You have an account? <Link to="/">Sign in</Link>
      </p>
    </Page>
  );
}

function Registered({ email }: { email: string }) {
  return (
    <Page title="Look into your mail">
      <p>
        We have sent a link to <strong>{email}</strong>. Open it to confirm that the address is yours.
      </p>
      <p className="aside">
        <Link to="/">Sign in</Link>
      </p>
    </Page>
  );
}
