import { DAY, HOUR } from '../../../clock.js';
import type { RetentionPeriods } from '../../../config.js';
import { REGISTER } from '../../../privacy/register.js';
import type { ModelEntry, Retention } from '../../../privacy/register/entry.js';
import { RETENTION_RULES, type RetentionRule } from '../../../privacy/retention-rules.js';

/** One column of personal data: a row of the record of processing activities, Art. 30 GDPR. */
export interface InventoryEntry {
  model: string;
  field: string;
  category: string;
  purpose: string;
  legalBasis: string;
  retention: string;
  /** Whether it lies in the database sealed under the person's own key. */
  encrypted: boolean;
  searchable: boolean;
  exported: boolean;
  onErasure: string;
}

/** Every column with personal data as the register has it, with the periods of this server's configuration. */
export function takeInventory(
  periods: RetentionPeriods,
  register: Readonly<Record<string, ModelEntry>> = REGISTER,
): InventoryEntry[] {
  return Object.entries(register).flatMap(([model, { columns }]) =>
    Object.entries(columns).flatMap(([field, column]) => {
      if (!column.personal) return [];
      const { category, purpose, legalBasis, sealed, searchable, exported, onErasure } = column;
      return [
        {
          model, field, category, purpose, legalBasis,
          retention: describeRetention(column.retention, periods),
          encrypted: sealed !== false,
          searchable: searchable !== false,
          exported, onErasure,
        },
      ]; // prettier-ignore
    }),
  );
}

function describeRetention(retention: Retention, periods: RetentionPeriods): string {
  if (!isRule(retention)) return retention;
  const { period, since } = RETENTION_RULES[retention];
  return `${describePeriod(periods[period])} ${since}`;
}

function isRule(retention: Retention): retention is RetentionRule {
  return Object.hasOwn(RETENTION_RULES, retention);
}

/** `604800000` → `7 days`. */
export function describePeriod(milliseconds: number): string {
  const [count, unit] =
    milliseconds % DAY === 0 ? [milliseconds / DAY, 'day'] : [milliseconds / HOUR, 'hour'];
  return `${Math.round(count * 100) / 100} ${unit}${count === 1 ? '' : 's'}`;
}
