/**
 * What resetscope says about one log line: the public answer (`resetscope analyze --json`, the incident store, the
 * page). Field meanings are fixed; fields may be added. Phases, outcome fields and legs are defined in docs/verdicts.md.
 */

import type { Retry } from './retries.ts';
import type { Silence } from './silence.ts';
import type { Trust } from './trust.ts';

/** Which of nginx's two connections the line speaks of. */
export type Leg = 'client' | 'upstream';

/** Who decided the reset. */
export type ResetBy = 'client' | 'nginx' | 'upstream' | 'middlebox';

/** State of the connection at the reset. */
export type Phase =
  | 'handshake'
  | 'tls-handshake'
  | 'request'
  | 'waiting'
  | 'response'
  | 'lingering'
  | 'idle'
  | 'closing'
  | 'tunnel';

/** `unknown`: the capture does not hold the frames of HTTP/2 that would tell. */
export type Completeness = 'none' | 'partial' | 'complete' | 'unknown';
export type Ternary = 'yes' | 'no' | 'unknown';

/** Question 1: what became of the transaction on this leg. */
export interface Outcome {
  /** How much of the request was sent. */
  readonly request: Completeness;
  /** How much of the response was sent on the wire. */
  readonly response: Completeness;
  /** yes: every byte of a complete response was acknowledged by the receiving kernel. */
  readonly delivered: Ternary;
  /** Status code seen on this leg; null without an answer. */
  readonly status: number | null;
  /** yes: the request cannot have been executed, or its method is idempotent. */
  readonly retrySafe: Ternary;
}

/** What the outcome means for the business, for badges, alerts and metrics. */
export type Harm = 'failed' | 'may-have-executed' | 'harmless' | 'unknown';

/** One observation that anybody can check again in Wireshark. */
export interface Evidence {
  /** One sentence, past tense. */
  readonly claim: string;
  /** frame.number of the packets that prove it, in the capture the incident names. */
  readonly frames: readonly number[];
  /** Selects those packets. */
  readonly displayFilter: string;
}

export interface StreamRef {
  /** tshark's tcp.stream in an offline capture; live, the position in the incident's own evidence capture. */
  readonly index: number;
  /** `10.0.0.1:51234`, `[2001:db8::1]:51234`: the end that sent the SYN. */
  readonly originator: string;
  readonly responder: string;
}

export interface Alternative {
  readonly stream: StreamRef;
  readonly confidence: number;
  /** Why it scored as it did, strongest first. */
  readonly reasons: readonly string[];
}

/** Another cause that leaves the same traces in packets and log. */
export interface CauseAlternative {
  readonly cause: string;
  readonly title: string;
  /** The observation that would tell them apart, and is not there. */
  readonly missing: string;
}

export interface ResetRef {
  readonly frame: number;
  /** RFC 3339, UTC, microseconds. */
  readonly time: string;
  readonly by: ResetBy;
}

/** Why a line was not joined to one connection. */
export type UnmatchedReason =
  | 'no-stream-in-window'
  | 'no-such-reset'
  | 'capture-gap'
  | 'window-expired'
  | 'capture-not-there'
  | 'unix-socket'
  | 'not-tcp'
  | 'clock'
  | 'several-fit'
  | 'uncorroborated';

/** One row of the ladder diagram. */
export interface LadderRow {
  /** frame.number; null for a folded row. */
  readonly frame: number | null;
  /** Microseconds since the first packet of the ladder. */
  readonly atUs: number;
  readonly from: 'originator' | 'responder';
  /** tcpdump's letters: S, F, P, R, `.` for ACK. */
  readonly flags: string;
  /** Relative to the initial sequence number, modulo 2^32. */
  readonly seq: number;
  readonly ack: number;
  readonly rawSeq: number;
  readonly rawAck: number;
  /** Payload bytes on the wire. */
  readonly len: number;
  readonly window: number;
  /** What the packet carries, in the field's words: `POST /pay HTTP/1.1`, `200`, `ClientHello www.shop.test`. */
  readonly label: string;
  /** What it means for the verdict; empty for ordinary packets. */
  readonly note: string;
  readonly kind: 'packet' | 'reset' | 'folded';
  /** For a folded row: how many packets it stands for. */
  readonly count: number;
}

export interface LineRef {
  readonly file: string;
  /** Counts `\n`, from 1; 0 when the reader does not count lines (live). */
  readonly lineNumber: number;
  /** Byte offset of the line in the file, live; null offline. */
  readonly offset: number | null;
  /** The line as written, latin1-decoded, without its newline. */
  readonly raw: string;
}

/** What the access log says of the request, when it ended. A status there is no sign that the response arrived. */
export interface AccessFacts {
  /** RFC 3339. */
  readonly loggedAt: string | null;
  readonly status: number | null;
  /** $request_time. */
  readonly requestTimeSeconds: number | null;
  /** Handed to the kernel, headers included. */
  readonly bytesSent: number | null;
  /** One per attempt, in order. */
  readonly upstreamAddrs: readonly string[];
  readonly upstreamStatuses: readonly (number | null)[];
  readonly requestId: string | null;
  /** `10.0.0.1:51234`: the TCP peer, where the log_format has it. */
  readonly client: string | null;
  /** `10.0.0.2:80`: where the client had connected to. */
  readonly server: string | null;
}

/**
 * How two connections were found to carry one request. `x-request-id`: both, or one and the access log, have the same id.
 * `access-log`: it names the client's port. `request-line-and-time`: no other connection had this request at that time.
 */
export type JoinedBy = 'x-request-id' | 'access-log' | 'request-line-and-time';

/** The other of nginx's two connections, for the same request. */
export interface OtherLeg {
  readonly leg: Leg;
  /** index as in the incident's own stream; live, the position in its evidence capture. */
  readonly stream: StreamRef;
  readonly joinedBy: JoinedBy;
  /** 0..1: that it is the same request. */
  readonly confidence: number;
  /** As the incident's ladder; atUs counts from the first row of that one, and is negative before it. */
  readonly ladder: readonly LadderRow[];
}

/** Where to change what, per party. */
export interface Fix {
  readonly party: string;
  readonly text: string;
}

export interface Incident {
  readonly line: LineRef;
  /** RFC 3339 of the log stamp (UTC, offline: after the time zone was applied). */
  readonly loggedAt: string;
  readonly status: 'matched' | 'ambiguous' | 'unmatched';
  readonly reason: UnmatchedReason | null;
  readonly leg: Leg | null;
  readonly stream: StreamRef | null;
  /** 0..1: that connection, leg, resetter, phase and cause are right. */
  readonly confidence: number;
  /** Why it is this connection, strongest first, as of an Alternative; absent without a line or a match. */
  readonly reasons?: readonly string[];
  /** Other connections that fit the line. */
  readonly alternatives: readonly Alternative[];
  readonly reset: ResetRef | null;
  readonly phase: Phase | null;
  /** Id of rst-causes; null without a match. */
  readonly cause: string | null;
  /** The cause in words, for headings. */
  readonly title: string;
  /** What cannot be told apart from the cause; the confidence says so too. */
  readonly causeAlternatives: readonly CauseAlternative[];
  readonly outcome: Outcome | null;
  readonly harm: Harm;
  /** Is this how such a connection normally ends? */
  readonly normalClose: boolean;
  readonly teardown: string | null;
  readonly history: string | null;
  readonly wiresharkFilter: string | null;
  /** The verdict in one sentence. */
  readonly sentence: string;
  /** The three questions answered, a sentence each. */
  readonly answers: { readonly succeeded: string; readonly who: string; readonly change: string };
  /** One line per thing to change: `nginx: upstream{} keepalive_timeout 4s …`. */
  readonly advice: readonly string[];
  readonly fixes: readonly Fix[];
  readonly evidence: readonly Evidence[];
  readonly ladder: readonly LadderRow[];
  readonly trust: Trust;
  /** Fields of the log line that the match rests on, as written. */
  readonly request: { readonly method: string | null; readonly target: string | null; readonly host: string | null };
  readonly client: string | null;
  readonly upstream: string | null;
  /** Absent when no access line is known to be of this request. */
  readonly access?: AccessFacts;
  /** Absent when nothing shows which connection it is. */
  readonly otherLeg?: OtherLeg;
  /** The same request asked again, in order of time; absent when the packets at hand show none. */
  readonly retries?: readonly Retry[];
  /** Why nginx wrote no line, of an incident that has none. */
  readonly why?: Silence;
}
