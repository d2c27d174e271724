import { useApolloClient, useMutation, useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import {
  DataExportLinkDocument,
  DataExportsDocument,
  RequestDataExportDocument,
  type DataExportFieldsFragment,
} from '../generated/graphql.js';
import { showTime } from '../parts/moment.js';
import { ProblemNotice } from '../parts/notice.js';
import { useStepUp } from '../parts/step-up.js';
import { readProblem } from '../problem.js';
import { useAction } from '../use-action.js';

const POLL = 1_500;

/** Asks for a copy of everything that is held, waits for it, and fetches it. */
export function Exports() {
  const { data, error, refetch, startPolling, stopPolling } = useQuery(DataExportsDocument, {
    fetchPolicy: 'cache-and-network',
  });
  const exports = data?.viewer?.dataExports ?? [];
  const isWaiting = exports.some(({ status }) => status === 'PENDING');
  useEffect(() => {
    if (isWaiting) startPolling(POLL);
    return stopPolling;
  }, [isWaiting, startPolling, stopPolling]);

  const [request] = useMutation(RequestDataExportDocument);
  const guarded = useStepUp();
  const { run, busy, problem } = useAction(() =>
    guarded(async () => {
      await request();
      await refetch();
    }),
  );

  return (
    <section aria-labelledby="exports-title">
      <h2 id="exports-title">A copy of everything</h2>
      <p>We gather all that is held about you in one archive. It takes a moment; a mail tells you too.</p>
      <ProblemNotice problem={problem ?? (error ? readProblem(error) : null)} />
      <ul className="rows" aria-live="polite">
        {exports.map((entry) => (
          <ExportRow key={entry.id} entry={entry} />
        ))}
      </ul>
      <button type="button" className="primary" onClick={() => void run()} disabled={busy || isWaiting}>
        Ask for a copy
      </button>
    </section>
  );
}

const STATUS = {
  PENDING: 'Being made …',
  READY: 'Ready',
  FAILED: 'It failed. Ask again.',
  EXPIRED: 'No longer kept',
} as const;

function ExportRow({ entry }: { entry: DataExportFieldsFragment }) {
  const client = useApolloClient();
  const guarded = useStepUp();
  const { run, busy, problem } = useAction(() =>
    guarded(async () => {
      // Each answer is a link of its own that works once: never from the cache, never before it is wanted.
      const { data } = await client.query({
        query: DataExportLinkDocument,
        variables: { id: entry.id },
        fetchPolicy: 'no-cache',
      });
      const node = data?.node;
      if (node?.__typename === 'DataExport' && node.downloadUrl) location.assign(node.downloadUrl);
    }),
  );
  return (
    <li data-status={entry.status}>
      <div>
        <strong>{STATUS[entry.status]}</strong>
        <p className="hint">
          Asked for {showTime(entry.requestedAt)}
          {entry.status === 'READY' && entry.expiresAt && ` · kept until ${showTime(entry.expiresAt)}`}
        </p>
        <ProblemNotice problem={problem} />
      </div>
      {entry.status === 'READY' && (
        <button type="button" onClick={() => void run()} disabled={busy}>
          Download
        </button>
      )}
    </li>
  );
}
