/**
 * What nginx noticed when it wrote a line: the FIN or RST of a connection, or that nothing came at all (a timer of nginx,
 * an ICMP error, a kernel that gave up). Which of them a line can speak of follows from its errno and its words.
 */
import { type Ending, otherSide, type Side, type TcpStream } from '@resetscope/flow';
import type { Leg } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { nginxSideOf } from './nginx-side.ts';
import { isAskedAfter } from './phase.ts';

/** Null: silence. */
export type Noticed = Ending | null;

/** Linux asm-generic/errno.h, errno-base.h. */
const Errno = { pipe: 32, reset: 104, timedOut: 110, refused: 111, hostUnreachable: 113 } as const;

/** What of this connection can have caused the line; empty when nothing can. */
export function endingsFor(line: LogLine, leg: Leg, stream: TcpStream): readonly Noticed[] {
  const peer: Side = otherSide(nginxSideOf(leg));
  if (leg === 'client' && isHalfOpen(stream)) return [];
  const rst = stream.endings.find((e) => e.kind === 'rst' && e.from === peer);
  const fin = stream.endings.find((e) => e.kind === 'fin' && e.from === peer);
  if (line.kind === 'connect-failed') return atConnect(line, stream, rst);
  if (isTimeout(line)) return atTimeout(stream, otherSide(peer));
  if (line.entry.errno === Errno.reset) return rst === undefined || rst.shape === 'refuse' ? [] : [rst];
  if (line.entry.errno === Errno.pipe) return [rst ?? fin].filter((e) => e !== undefined);
  return withoutErrno(line, stream, fin, rst);
}

/** SYN, SYN+ACK and a bare RST: the kernel never handed it to nginx (nginx-error-log case P1). */
export function isHalfOpen(stream: TcpStream): boolean {
  const [first] = stream.endings;
  return stream.sawSyn && !stream.established && first?.shape === 'stateless' && first.before.sent.originator === 0;
}

/** Refused by a RST; by ICMP, or given up, when no packet came back. */
function atConnect(line: LogLine, stream: TcpStream, rst: Ending | undefined): readonly Noticed[] {
  const { errno } = line.entry;
  if (rst !== undefined) {
    const isConnect = rst.shape === 'refuse' || rst.before.sent.originator === 0;
    return isConnect && errno !== Errno.hostUnreachable && errno !== Errno.timedOut ? [rst] : [];
  }
  return errno !== Errno.reset && stream.sawSyn && stream.halves.responder.packets === 0 ? [null] : [];
}

function isTimeout({ kind, entry }: LogLine): boolean {
  return kind === 'client-timed-out' || kind === 'upstream-timed-out' || entry.errno === Errno.timedOut;
}

/** nginx closes what its timer ended; where nothing was left to close, or the capture ends before, there is silence. */
function atTimeout(stream: TcpStream, nginx: Side): readonly Noticed[] {
  const [first] = stream.endings;
  if (first === undefined) return [null];
  return first.from === nginx ? [stream.endings.find((e) => e.kind === 'rst' && e.from === nginx) ?? first] : [];
}

/**
 * No errno: a FIN, or a RST that TLS turned into an end of stream (nginx-error-log fact 6), or FIN and RST back to back.
 */
function withoutErrno(
  line: LogLine,
  stream: TcpStream,
  fin: Ending | undefined,
  rst: Ending | undefined,
): readonly Noticed[] {
  const isTls = stream.protocol === 'tls' || line.entry.upstream?.scheme === 'https';
  if (fin !== undefined) return [rst !== undefined && isRaced(line, fin, rst) ? rst : fin];
  if (rst === undefined) return [];
  return isTls || line.kind === 'tls-handshake-alert' || line.kind === 'client-closed-before-request' ? [rst] : [];
}

/** nginx met the FIN only after it had sent a request: the line speaks of that request, and its answer is the RST. */
function isRaced({ leg }: LogLine, fin: Ending, rst: Ending): boolean {
  return leg === 'upstream' && isAskedAfter(fin, rst.before);
}
