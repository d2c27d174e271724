import type { Database } from '../database/client.js';
import type { Metric, Sample } from '../http/metrics.js';
import type { Passwords } from '../security/passwords/passwords.js';
import type { CaseService } from '../services/compliance/cases/case.service.js';

interface MetricSources {
  db: Database;
  cases: Pick<CaseService, 'count'>;
  /** Sealed values that did not open, by model. */
  openFailures: () => ReadonlyMap<string, number>;
  passwordQueue: Passwords['load'];
}

/** What operators watch beside the process itself: requests of people that wait too long, and jobs. */
export function createMetrics({ db, cases, openFailures, passwordQueue }: MetricSources): Metric[] {
  const gauge = (name: string, help: string, read: () => Promise<number>): Metric => ({
    name,
    type: 'gauge',
    help,
    read: async () => [{ value: await read() }],
  });
  return [
    gauge('custodia_cases_open', 'Data-subject requests that are not answered yet.', () =>
      cases.count({ status: ['OPEN'], overdueOnly: false, includeRestricted: true }),
    ),
    gauge('custodia_cases_overdue', 'Data-subject requests that are open past their date.', () =>
      cases.count({ status: null, overdueOnly: true, includeRestricted: true }),
    ),
    gauge('custodia_exports_pending', 'Data exports that are being made.', () =>
      db.dataExport.count({ where: { status: 'PENDING' } }),
    ),
    {
      name: 'custodia_open_failures_total',
      type: 'counter',
      help: 'Sealed values that did not open, by model. Any is a reason to look.',
      read: () => [...openFailures()].map(([model, value]) => ({ labels: { model }, value })),
    },
    {
      name: 'custodia_password_queue',
      type: 'gauge',
      help: 'Hashes of passwords that are computed and that wait in this process.',
      read: () => Object.entries(passwordQueue()).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: 'custodia_jobs',
      type: 'gauge',
      help: 'Jobs by name and state.',
      read: () => readJobs(db),
    },
  ];
}

function readJobs(db: Database): Promise<Sample[]> {
  return db.$queryRaw<{ name: string; state: string; count: number }[]>`
      SELECT name, state::text AS state, count(*)::int AS count FROM pgboss.job
      WHERE name NOT LIKE '\\_\\_%' AND state IN ('created', 'retry', 'active', 'failed')
      GROUP BY name, state ORDER BY name, state`.then((rows) =>
    rows.map(({ name, state, count }) => ({ labels: { job: name, state }, value: count })),
  );
}
