import { useId, type InputHTMLAttributes } from 'react';
import type { Problem } from '../problem.js';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  name: string;
  hint?: string | undefined;
  /** Of the last attempt; what it says of this field is shown beside it. */
  problem?: Problem | null;
}

/** A labelled input with its hint and with what the server said about it. */
export function Field({ label, name, hint, problem, ...input }: FieldProps) {
  const id = useId();
  const error = problem?.fields[name];
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={described || undefined}
        {...input}
      />
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {label} {error}.
        </p>
      )}
    </div>
  );
}
