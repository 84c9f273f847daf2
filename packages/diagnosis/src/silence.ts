/** Why nginx wrote no line about a connection that lost data (nginx-error-log section 6.3). */
import type { CaseFile } from './case-file.ts';

export type SilenceReason =
  | 'log-level'
  | 'nginx-had-closed'
  | 'nginx-closed-itself'
  | 'worker-gone'
  | 'upstream-idle'
  | 'not-known';

export interface Silence {
  readonly reason: SilenceReason;
  readonly text: string;
}

const TEXTS: Readonly<Record<SilenceReason, string>> = {
  'log-level': 'nginx logs what happens to clients at level info, and this log has no line of that level.',
  'nginx-had-closed':
    'nginx had already closed the connection: its kernel met what came later, and no process was left to tell.',
  'nginx-closed-itself':
    'nginx ended the connection itself and writes no error line then; the access log has the status.',
  'worker-gone': 'The worker process was gone: it could write neither an error line nor an access line.',
  'upstream-idle': 'No request was waiting on this upstream connection, and nginx drops it in silence.',
  'not-known': 'nginx should have logged this: is this the log of that server, is it complete, at level info?',
};

/** logsClients: the log holds lines of level info; null when nobody knows. */
export function silenceOf(c: CaseFile, cause: string | null, logsClients: boolean | null): Silence {
  const reason = reasonOf(c, cause, logsClients);
  return { reason, text: TEXTS[reason] };
}

function reasonOf(c: CaseFile, cause: string | null, logsClients: boolean | null): SilenceReason {
  if (cause === 'nginx-worker-killed' || cause === 'nginx-worker-shutdown-timeout') return 'worker-gone';
  const ownFin = c.stream.endings.find((e) => e.kind === 'fin' && e.from === c.nginxSide);
  const end = c.ending;
  if (ownFin !== undefined && end !== null && ownFin.frameNumber < end.frameNumber) return 'nginx-had-closed';
  if (end?.from === c.nginxSide) return 'nginx-closed-itself';
  if (c.leg === 'upstream') return c.phase === 'idle' ? 'upstream-idle' : 'not-known';
  return logsClients === false ? 'log-level' : 'not-known';
}
