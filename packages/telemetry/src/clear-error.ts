/**
 * Failures that a person can act on. Such a failure is one line that names the thing, says what was expected and what
 * came, and how to mend it; no stack trace. Anything else that is thrown is a bug and keeps its stack.
 */

/** Exit codes of every command (sysexits.h is not followed: the contract is 0 done, 1 could not, 2 usage). */
export const ExitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** Stable codes, each with a section in docs/errors.md. */
export type ClearErrorCode =
  | 'RS_USAGE'
  | 'RS_FILE_UNREADABLE'
  | 'RS_NOT_A_CAPTURE'
  | 'RS_NOT_A_LOG'
  | 'RS_INTERFACE_MISSING'
  | 'RS_NO_CAP_NET_RAW'
  | 'RS_AF_PACKET_UNAVAILABLE'
  | 'RS_REDIS_UNAVAILABLE'
  | 'RS_REDIS_DENIED'
  | 'RS_REDIS_TLS'
  | 'RS_RING_HELD'
  | 'RS_RING_MISSING'
  | 'RS_PORT_IN_USE'
  | 'RS_PROGRAM_MISSING'
  | 'RS_APP_FAILED';

export class ClearError extends Error {
  override readonly name = 'ClearError';
  readonly code: ClearErrorCode;
  readonly exitCode: number;

  /** message: what was expected and what came. fix: what the reader can do, one short clause. */
  constructor(code: ClearErrorCode, message: string, fix?: string, cause?: unknown) {
    super(fix === undefined ? message : `${message}; ${fix}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exitCode = code === 'RS_USAGE' ? ExitCode.usage : ExitCode.failed;
  }
}

/** The line printed for a failure: one line for a ClearError, the stack for a bug. */
export function describeFailure(program: string, error: unknown): string {
  if (error instanceof ClearError) return `${program}: ${error.message}`;
  if (error instanceof Error) return `${program}: internal error: ${error.stack ?? error.message}`;
  return `${program}: internal error: ${String(error)}`;
}
