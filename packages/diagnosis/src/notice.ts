/** Lines about nginx's processes, not its connections: they explain why connections ended without a line of their own. */
import type { ErrorLogEntry } from '@resetscope/nginx-log';

export type NoticeKind = 'worker-killed' | 'worker-draining' | 'worker-gone' | 'terminating';

export interface Notice {
  readonly kind: NoticeKind;
  /** Start of the stamp's second, in the log's clock. */
  readonly stampUs: number;
}

/** ngx_process_get_status, ngx_worker_process_cycle and ngx_signal_handler, src/os/unix. */
const NOTICES: readonly (readonly [pattern: RegExp, kind: NoticeKind])[] = [
  [/^worker process \d{1,10} exited on signal \d/, 'worker-killed'],
  [/^gracefully shutting down$/, 'worker-draining'],
  [/^exiting$/, 'worker-gone'],
  [/^signal \d{1,2} \(SIG(?:TERM|INT)\) received/, 'terminating'],
];

/** Null for every other line. */
export function noticeKind({ connectionNumber, message }: ErrorLogEntry): NoticeKind | null {
  if (connectionNumber !== null) return null;
  return NOTICES.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}

/** A stamp is cut to whole seconds, and the line is written within milliseconds of the event. */
const SECOND_US = 1_000_000;
const SLACK_US = 300_000;

/** Was such a line written at this time? Both in the same clock. */
export function noticedNear(notices: readonly Notice[], kind: NoticeKind, atUs: number): boolean {
  return notices.some(
    (n) => n.kind === kind && atUs >= n.stampUs - SLACK_US && atUs < n.stampUs + SECOND_US + SLACK_US,
  );
}

/** Was such a line written before this time, or at it? */
export function noticedBefore(notices: readonly Notice[], kind: NoticeKind, atUs: number): boolean {
  return notices.some((n) => n.kind === kind && n.stampUs - SLACK_US <= atUs);
}
