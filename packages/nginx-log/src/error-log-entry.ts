/** One line of an nginx error log as data. All text is latin1 of hostile bytes: nginx escapes nothing in this log. */
import type { Action } from './action.ts';
import type { LogStamp } from './civil-time.ts';
import type { RequestLine } from './request-line.ts';
import type { StreamBytes } from './stream-bytes.ts';
import type { SuspectFlag } from './suspect-flag.ts';
import type { UpstreamRef } from './upstream-ref.ts';

/** `err_levels[]`, nginx src/core/ngx_log.c */
export type Level = 'emerg' | 'alert' | 'crit' | 'error' | 'warn' | 'notice' | 'info' | 'debug';

/** The nginx module whose handler wrote the fields after the message; `none` when no handler did. */
export type ContextKind = 'http' | 'stream' | 'mail' | 'none';

/** What a log handler appends after the message and the action (nginx-error-log.md 1.2, 1.3). */
export interface LineContext {
  /** A TLS handshake or connect line of a stream or mail listener looks exactly like one of http, and counts as that. */
  readonly context: ContextKind;
  /** IP text or `unix:`. With realip or PROXY protocol this is not the TCP peer. */
  readonly client: string | null;
  /** Only where the message prints it (`client 10.0.0.1:48948 connected to ...`, stream). */
  readonly clientPort: number | null;
  /** Listen address before a server is chosen and in stream and mail; afterwards server_name, which may be empty. */
  readonly server: string | null;
  readonly request: RequestLine | null;
  /** Decoded URI of the active subrequest. */
  readonly subrequest: string | null;
  readonly upstream: UpstreamRef | null;
  readonly host: string | null;
  /** Raw Referer, nginx's spelling of the field. */
  readonly referrer: string | null;
  readonly bytes: StreamBytes | null;
}

export interface ErrorLogEntry extends LineContext {
  /** Local time of the nginx process; its zone is not in the log. Start of the event-loop round, not of the write. */
  readonly stamp: LogStamp;
  readonly level: Level;
  readonly pid: number;
  /** 0 in builds without threads. */
  readonly tid: number;
  /** `*N`: the client connection, also on upstream errors; null when the line belongs to none. Exact up to 2^53. */
  readonly connectionNumber: number | null;
  /** Without errno and handler text. */
  readonly message: string;
  /** System or OpenSSL call that the message starts with: `recv()`, `connect()`, `SSL_do_handshake()`. */
  readonly call: string | null;
  /** Linux errno: 104 ECONNRESET, 32 EPIPE, 111 ECONNREFUSED; those of FreeBSD and macOS are translated. */
  readonly errno: number | null;
  readonly action: Action | null;
  /** Cut by NGX_MAX_ERROR_STR: an absent field says nothing, and the last one has lost its end. */
  readonly truncated: boolean;
  /** Reasons to doubt the line, empty for almost all. Packets decide, not these. */
  readonly flags: readonly SuspectFlag[];
}
