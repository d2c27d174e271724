import { useMutation, useQuery } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import {
  BeginTotpEnrollmentDocument,
  ConfirmTotpEnrollmentDocument,
  MfaStatusDocument,
} from '../generated/graphql.js';
import { Field } from '../parts/field.js';
import { readForm } from '../parts/form-values.js';
import { ProblemNotice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { useStepUp } from '../parts/step-up.js';
import { Submit } from '../parts/submit.js';
import { readProblem } from '../problem.js';
import { useAction } from '../use-action.js';

interface Enrollment {
  secret: string;
  otpauthUri: string;
}

/** Sets up an authenticator app as second factor. */
export function Security() {
  const { data, error, refetch } = useQuery(MfaStatusDocument, { fetchPolicy: 'cache-and-network' });
  const [enrollment, setEnrollment] = useState<Enrollment | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [begin] = useMutation(BeginTotpEnrollmentDocument);
  const guarded = useStepUp();
  const { run, busy, problem } = useAction(() =>
    guarded(async () => setEnrollment((await begin()).data?.beginTotpEnrollment ?? null)),
  );
  const finish = async (recoveryCodes: readonly string[]): Promise<void> => {
    setEnrollment(null);
    setCodes(recoveryCodes);
    await refetch();
  };
  const mfa = data?.viewer?.mfa;

  return (
    <Page title="Second factor">
      <ProblemNotice problem={problem ?? (error ? readProblem(error) : null)} />
      {codes && <RecoveryCodes codes={codes} />}
      {mfa?.totpEnabled && (
        <p>
          Signing in asks for a code of your authenticator app. You have {mfa.recoveryCodesLeft} recovery
          codes left.
        </p>
      )}
      {mfa?.totpEnabled === false && !enrollment && (
        <>
          <p>With an authenticator app, your password alone opens nothing.</p>
          <button type="button" className="primary" onClick={() => void run()} disabled={busy}>
            Set up an authenticator app
          </button>
        </>
      )}
      {enrollment && <ConfirmForm enrollment={enrollment} finish={finish} />}
    </Page>
  );
}

function ConfirmForm({
  enrollment,
  finish,
}: {
  enrollment: Enrollment;
  finish: (codes: readonly string[]) => Promise<void>;
}) {
  const [confirm] = useMutation(ConfirmTotpEnrollmentDocument);
  const { run, busy, problem } = useAction(async (code: string) => {
    const { data } = await confirm({ variables: { code: code.trim() } });
    await finish(data?.confirmTotpEnrollment?.recoveryCodes ?? []);
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => void run(readForm(event)['code'] ?? '');
  return (
    <form onSubmit={submit}>
      <p>
        Enter this secret in your app, or <a href={enrollment.otpauthUri}>open it there</a>:
      </p>
      <p>
        <code data-shown="secret">{enrollment.secret}</code>
      </p>
      <ProblemNotice problem={problem} />
      <Field
        label="Code that the app shows"
        name="code"
        autoComplete="one-time-code"
        required
        problem={problem}
      />
      <Submit busy={busy} problem={problem}>
        Switch on
      </Submit>
    </form>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div role="status" className="notice good">
      <p>
        It is on. Keep these recovery codes where you find them without your phone; they are shown only now.
      </p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
