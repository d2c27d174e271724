import { useMutation, useQuery } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import {
  CancelErasureDocument,
  OpenErasureDocument,
  RequestErasureDocument,
  type ErasureFieldsFragment,
} from '../generated/graphql.js';
import { Field } from '../parts/field.js';
import { readForm } from '../parts/form-values.js';
import { showDay } from '../parts/moment.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { useStepUp } from '../parts/step-up.js';
import { Submit } from '../parts/submit.js';
import { readProblem } from '../problem.js';
import { useAction } from '../use-action.js';

/** Has the account erased, after a time in which that can be taken back. */
export function Erasure() {
  const { data, error, refetch } = useQuery(OpenErasureDocument, { fetchPolicy: 'cache-and-network' });
  const [wasCancelled, setWasCancelled] = useState(false);
  const open = data?.viewer?.erasureRequest;
  const changed = async (isCancelled: boolean): Promise<void> => {
    setWasCancelled(isCancelled);
    await refetch();
  };
  return (
    <section aria-labelledby="erasure-title">
      <h2 id="erasure-title">Erase the account</h2>
      {error && <ProblemNotice problem={readProblem(error)} />}
      {open && <Scheduled erasure={open} changed={() => changed(true)} />}
      {data && !open && <RequestForm changed={() => changed(false)} />}
      <Notice>{wasCancelled && !open && 'Taken back: your account stays as it is.'}</Notice>
    </section>
  );
}

function Scheduled({ erasure, changed }: { erasure: ErasureFieldsFragment; changed: () => Promise<void> }) {
  const [cancel] = useMutation(CancelErasureDocument);
  const { run, busy, problem } = useAction(async () => {
    await cancel({ variables: { id: erasure.id } });
    await changed();
  });
  return (
    <div role="status" data-status={erasure.status}>
      <p className="notice bad">
        {erasure.status === 'ON_HOLD'
          ? 'Your request is kept, but the law obliges us to hold the account for now.'
          : `Your account and all that is held about you will be erased on ${showDay(erasure.scheduledFor)}.`}
      </p>
      <p>Until then everything works as before, and you can take it back.</p>
      <ProblemNotice problem={problem} />
      <button type="button" className="primary" onClick={() => void run()} disabled={busy}>
        Keep my account
      </button>
    </div>
  );
}

function RequestForm({ changed }: { changed: () => Promise<void> }) {
  const [request] = useMutation(RequestErasureDocument);
  const guarded = useStepUp();
  const { run, busy, problem } = useAction((reason: string) =>
    guarded(async () => {
      await request({ variables: { reason: reason === '' ? null : reason } });
      await changed();
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>): void =>
    void run(readForm(event)['reason']?.trim() ?? '');
  return (
    <form onSubmit={submit}>
      <p>Everything that is held about you is destroyed, for good. You can take it back for some time.</p>
      <ProblemNotice problem={problem} />
      <Field label="Why do you leave?" name="reason" hint="If you like." problem={problem} />
      <label className="check">
        <input type="checkbox" required /> I understand that nobody can bring it back afterwards.
      </label>
      <Submit busy={busy} problem={problem} isDangerous>
        Erase my account
      </Submit>
    </form>
  );
}
