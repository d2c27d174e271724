import { useMutation, useQuery } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { UpdateProfileDocument, ViewerDocument, type ViewerQuery } from '../generated/graphql.js';
import { Field } from '../parts/field.js';
import { readForm } from '../parts/form-values.js';
import { showDay } from '../parts/moment.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { Submit } from '../parts/submit.js';
import { readProblem } from '../problem.js';
import { useAction } from '../use-action.js';

type Viewer = NonNullable<ViewerQuery['viewer']>;

/** What is known of the person, and a form to change it. */
export function Profile() {
  const { data, error } = useQuery(ViewerDocument);
  const viewer = data?.viewer;
  return (
    <Page title="Profile">
      {error && <ProblemNotice problem={readProblem(error)} />}
      {viewer && <Summary viewer={viewer} />}
      {viewer && <ProfileForm viewer={viewer} />}
    </Page>
  );
}

function Summary({ viewer }: { viewer: Viewer }) {
  return (
    <dl>
      <dt>Name</dt>
      <dd data-shown="name">{viewer.profile?.fullName ?? 'Not given'}</dd>
      <dt>E-mail address</dt>
      <dd>
        {viewer.email} <span className="tag">{viewer.isVerified ? 'confirmed' : 'not confirmed yet'}</span>
      </dd>
      <dt>With us since</dt>
      <dd>{showDay(viewer.createdAt)}</dd>
    </dl>
  );
}

/**
 * Shows the new values at once, before the server has answered. When it refuses them, the page above goes back to
 * what is true, the form keeps what was entered, and each field says what is wrong with it.
 */
function ProfileForm({ viewer }: { viewer: Viewer }) {
  const [isSaved, setIsSaved] = useState(false);
  const [updateProfile] = useMutation(UpdateProfileDocument);
  const { run, busy, problem } = useAction(async (given: Record<string, string>) => {
    setIsSaved(false);
    const [fullName, phoneNumber, avatarUrl] = [
      given['fullName'],
      given['phoneNumber'],
      given['avatarUrl'],
    ].map((text) => text?.trim() || null);
    const input = {
      fullName: fullName ?? null,
      phoneNumber: phoneNumber ?? null,
      avatarUrl: avatarUrl ?? null,
    };
    const preferences = viewer.profile?.preferences ?? {};
    const profile = { __typename: 'UserProfile' as const, ...input, preferences };
    await updateProfile({
      variables: { input },
      optimisticResponse: {
        updateProfile: {
          __typename: 'UpdateProfilePayload',
          user: { __typename: 'User', id: viewer.id, profile },
        },
      },
    });
    setIsSaved(true);
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => void run(readForm(event));
  const { fullName, phoneNumber, avatarUrl } = viewer.profile ?? {};

  return (
    <form onSubmit={submit}>
      <h2>Change it</h2>
      <ProblemNotice problem={problem} />
      <Field
        label="Full name"
        name="fullName"
        autoComplete="name"
        defaultValue={fullName ?? ''}
        problem={problem}
      />
      <Field
        label="Phone number"
        name="phoneNumber"
        type="tel"
        autoComplete="tel"
        hint="With the code of the country: +14155550123"
        defaultValue={phoneNumber ?? ''}
        problem={problem}
      />
      <Field
        label="Address of a picture"
        name="avatarUrl"
        inputMode="url"
        autoComplete="photo"
        defaultValue={avatarUrl ?? ''}
        problem={problem}
      />
      <Submit busy={busy} problem={problem}>
        Save
      </Submit>
      <Notice>{isSaved && !busy && 'Saved.'}</Notice>
    </form>
  );
}
