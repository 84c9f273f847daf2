/**
 * What an actor knows about the line that nginx is about to write: the words of truth.json (see README.md), and how to
 * find the line again. Nothing here comes from packets.
 */

export type Endpoint = string;

export interface Tuple {
  readonly originator: Endpoint;
  readonly responder: Endpoint;
}

export interface Outcome {
  readonly request?: 'none' | 'partial' | 'complete';
  readonly response?: 'none' | 'partial' | 'complete';
  readonly delivered?: 'yes' | 'no';
  readonly status?: number | null;
  readonly retrySafe?: 'yes' | 'no';
}

/** Other answers that count as right, per field. */
export type Accept = Readonly<Record<string, readonly unknown[]>>;

export interface Expected {
  /** In nginx's line, after the stamp. */
  readonly pattern: RegExp;
  /** The client connection that the line's *N counts; address and port as the client knows them. */
  readonly client: Endpoint;
  readonly leg: 'client' | 'upstream';
  readonly stream: Tuple | null;
  /** Which of the connections with these four numbers, where a port was used again; default 0. */
  readonly incarnation?: number;
  readonly by: 'client' | 'nginx' | 'upstream' | null;
  readonly phase?: string;
  readonly cause?: string;
  readonly outcome?: Outcome;
  readonly accept?: Accept;
  readonly optional?: boolean;
  readonly expect?: 'matched' | 'ambiguous' | 'unmatched';
  readonly reason?: string;
  /** nginx writes this line only when it looks at the right moment. */
  readonly mayBeMissing?: boolean;
}

export const UNKNOWN = 'unknown';

/** A verdict's shape that several stories share: everything but where it happened. */
export type Verdict = Pick<Expected, 'phase' | 'cause' | 'outcome' | 'accept'>;

/** GET, HEAD, PUT, DELETE may be sent again (RFC 9110 9.2.2). */
export function retrySafe(method: string): 'yes' | 'no' {
  return method === 'POST' || method === 'PATCH' ? 'no' : 'yes';
}

export function inRequest(phase = 'request', canHaveRun = false): Verdict {
  return {
    phase,
    cause: 'client-abort-in-request',
    outcome: {
      request: 'partial',
      response: 'none',
      delivered: 'no',
      status: null,
      ...(canHaveRun ? {} : { retrySafe: 'yes' }),
    },
    accept: { delivered: [UNKNOWN] },
  };
}

export function waiting(method: string, cause: string, orCauses: readonly string[] = []): Verdict {
  return {
    phase: 'waiting',
    cause,
    outcome: { request: 'complete', response: 'none', delivered: 'no', status: null, retrySafe: retrySafe(method) },
    accept: { delivered: [UNKNOWN], retrySafe: [UNKNOWN], ...(orCauses.length > 0 ? { cause: orCauses } : {}) },
  };
}

export function inResponse(method: string, status: number, cause: string, orCauses: readonly string[] = []): Verdict {
  return {
    phase: 'response',
    cause,
    outcome: { request: 'complete', response: 'partial', delivered: 'no', status, retrySafe: retrySafe(method) },
    accept: { retrySafe: [UNKNOWN], ...(orCauses.length > 0 ? { cause: orCauses } : {}) },
  };
}

export function afterResponse(method: string, status: number, phase: string, cause: string): Verdict {
  return {
    phase,
    cause,
    outcome: { request: 'complete', response: 'complete', delivered: 'yes', status, retrySafe: retrySafe(method) },
    accept: { cause: ['client-rst-after-complete', 'client-acked-but-unread'] },
  };
}

/** What the upstream's own abort may be taken for: the packets of these are alike (rst-causes.md 3.3). */
export const ABORTS_ALIKE = ['upstream-close-unread-request', 'upstream-worker-crash', 'upstream-abort-linger0'];

/** What TLS hides: accepts "unknown" for it. */
export function behindTls(verdict: Verdict): Verdict {
  const { status } = verdict.outcome ?? {};
  return {
    ...verdict,
    accept: {
      request: [UNKNOWN],
      response: [UNKNOWN],
      delivered: [UNKNOWN],
      retrySafe: [UNKNOWN],
      status: [null, status ?? null],
      ...verdict.accept,
      cause: [...(verdict.accept?.['cause'] ?? []), 'tls-abrupt-close'],
    },
  };
}
