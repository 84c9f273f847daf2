/** What a look at this host found: one thing, good or not, and what to do about it. */
import { ClearError, type ClearErrorCode } from '@resetscope/telemetry/clear-error';

export type Finding =
  | { readonly status: 'ok'; readonly subject: string; readonly message: string }
  /** resetscope works, but sees less than it could. */
  | { readonly status: 'warn'; readonly subject: string; readonly message: string; readonly fix: string }
  /** resetscope cannot start. */
  | {
      readonly status: 'fail';
      readonly subject: string;
      readonly message: string;
      readonly fix: string;
      readonly code: ClearErrorCode;
    };

/** Throws the first failure among the findings. */
export function requireNoFailure(findings: readonly Finding[]): void {
  for (const finding of findings) {
    if (finding.status !== 'fail') continue;
    throw new ClearError(finding.code, `${finding.subject}: ${finding.message}`, finding.fix);
  }
}
