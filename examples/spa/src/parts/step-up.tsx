import { useMutation } from '@apollo/client/react';
import { createContext, use, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { ReauthenticateDocument } from '../generated/graphql.js';
import { readProblem } from '../problem.js';
import { auth } from '../session.js';
import { useAction } from '../use-action.js';
import { Field } from './field.js';
import { readForm } from './form-values.js';
import { ProblemNotice } from './notice.js';
import { Submit } from './submit.js';

type Guarded = <T>(work: () => Promise<T>) => Promise<T>;
const StepUp = createContext<Guarded>((work) => work());

/**
 * Runs what may need a fresh sign-in: when the server answers STEP_UP_REQUIRED, asks for the password in a dialog, and
 * runs it again. Closed without an answer, the first error stands.
 */
export const useStepUp = (): Guarded => use(StepUp);

export function StepUpDialog({ children }: { children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const settle = useRef<(proven: boolean) => void>(() => undefined);
  const [isOpen, setIsOpen] = useState(false);

  const guarded: Guarded = async (work) => {
    try {
      return await work();
    } catch (error) {
      const { code, satisfiedBy } = readProblem(error);
      if (code !== 'STEP_UP_REQUIRED' || satisfiedBy !== 'reauthenticate') throw error;
      if (!(await ask())) throw error;
      return work();
    }
  };

  function ask(): Promise<boolean> {
    setIsOpen(true);
    dialog.current?.showModal();
    return new Promise((answer) => (settle.current = answer));
  }

  function close(proven: boolean): void {
    settle.current(proven);
    setIsOpen(false);
    dialog.current?.close();
  }

  return (
    <StepUp value={guarded}>
      {children}
      <dialog ref={dialog} aria-labelledby="step-up-title" onCancel={() => close(false)}>
        <h2 id="step-up-title">Is it still you?</h2>
        {isOpen && <ProofForm close={close} />}
      </dialog>
    </StepUp>
  );
}

function ProofForm({ close }: { close: (proven: boolean) => void }) {
  const [reauthenticate] = useMutation(ReauthenticateDocument);
  const { run, busy, problem } = useAction(async (password: string, code: string) => {
    const variables = { password, code: code === '' ? null : code };
    await auth.signIn(
      async (context) => (await reauthenticate({ variables, context })).data?.reauthenticate ?? null,
    );
    close(true);
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    const { password = '', code = '' } = readForm(event);
    void run(password, code);
  };
  const needsCode = problem?.fields['code'] !== undefined || problem?.code === 'MFA_INVALID';
  return (
    <form onSubmit={submit}>
      <p>You signed in a while ago. Enter your password again for this step.</p>
      <ProblemNotice problem={problem} />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus
      />
      {needsCode && (
        <Field label="Code of your authenticator app" name="code" autoComplete="one-time-code" required />
      )}
      <div className="row">
        <Submit busy={busy} problem={problem}>
          Continue
        </Submit>
        <button type="button" onClick={() => close(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
