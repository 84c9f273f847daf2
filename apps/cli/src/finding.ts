/** What a look at a host or a stack found: one thing, good or not, and what to do about it. */
import { ClearError, type ClearErrorCode } from '@resetscope/telemetry/clear-error';
import type { CheckId } from './doctor/check-meaning.ts';

interface Found {
  readonly id: CheckId;
  /** What was looked at; may hold text from outside. */
  readonly subject: string;
  readonly message: string;
}

export type Finding =
  | (Found & { readonly status: 'ok' })
  /** Could not be looked at, or need not be: the message says why. */
  | (Found & { readonly status: 'skipped' })
  /** resetscope works, but sees less than it could, or may stop doing so. */
  | (Found & { readonly status: 'warn'; readonly fix: string })
  /** code: why `up` cannot start; null: it starts, and what it finds will be wrong or lost. */
  | (Found & { readonly status: 'fail'; readonly fix: string; readonly code: ClearErrorCode | null });

export function ok(id: CheckId, subject: string, message: string): Finding {
  return { id, status: 'ok', subject, message };
}

export function skipped(id: CheckId, subject: string, message: string): Finding {
  return { id, status: 'skipped', subject, message };
}

export function warn(id: CheckId, subject: string, message: string, fix: string): Finding {
  return { id, status: 'warn', subject, message, fix };
}

/** code: as in Finding. */
export function fail(
  id: CheckId,
  subject: string,
  message: string,
  fix: string,
  code: ClearErrorCode | null = null,
): Finding {
  return { id, status: 'fail', subject, message, fix, code };
}

/** Throws the first failure among the findings that keeps `up` from starting. */
export function requireNoFailure(findings: readonly Finding[]): void {
  for (const finding of findings) {
    if (finding.status !== 'fail' || finding.code === null) continue;
    throw new ClearError(finding.code, `${finding.subject}: ${finding.message}`, finding.fix);
  }
}
