import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { CompleteMfaDocument, type LoginMutation } from '../generated/graphql.js';
import { Field } from '../parts/field.js';
import { readForm } from '../parts/form-values.js';
import { ProblemNotice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { Submit } from '../parts/submit.js';
import { auth } from '../session.js';
import { useAction } from '../use-action.js';

/** What `login` answers for an account with a second factor. */
export type Challenge = Extract<NonNullable<LoginMutation['login']>, { __typename: 'MfaRequired' }>;

const METHODS = {
  TOTP: { label: 'Code of your authenticator app', hint: 'Six digits.', other: 'Use my authenticator app' },
  RECOVERY_CODE: { label: 'Recovery code', hint: 'Each of them works once.', other: 'Use a recovery code' },
} as const;
type Method = keyof typeof METHODS;

const isOffered = (method: string): method is Method => method in METHODS;

/** The second step of a sign-in: the code of an authenticator app, or a recovery code. */
export function SecondStep({ challenge, startAgain }: { challenge: Challenge; startAgain: () => void }) {
  const methods = challenge.methods.filter(isOffered);
  const [method, setMethod] = useState<Method>(methods[0] ?? 'RECOVERY_CODE');
  const [completeMfa] = useMutation(CompleteMfaDocument);
  const { run, busy, problem } = useAction((code: string) =>
    auth.signIn(async (context) => {
      const input = { challenge: challenge.challenge, method, code: code.trim() };
      const { data } = await completeMfa({ variables: { input }, context });
      const result = data?.completeMfa;
      return result ? { sessionId: result.session.id, ...result.tokens } : null;
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => void run(readForm(event)['code'] ?? '');
  const { label, hint } = METHODS[method];

  return (
    <Page title="One more step">
      <ProblemNotice problem={problem} />
      <form onSubmit={submit}>
        <Field
          key={method}
          label={label}
          name="code"
          hint={hint}
          autoComplete="one-time-code"
          required
          autoFocus
        />
        <Submit busy={busy} problem={problem}>
          Continue
        </Submit>
      </form>
      <p className="aside">
        {methods
          .filter((other) => other !== method)
          .map((other) => (
            <button key={other} type="button" className="plain" onClick={() => setMethod(other)}>
              {METHODS[other].other}
            </button>
          ))}
        <button type="button" className="plain" onClick={startAgain}>
          Start again
        </button>
      </p>
    </Page>
  );
}
