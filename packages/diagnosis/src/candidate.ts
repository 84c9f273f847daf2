/** One way to explain a line: a connection, and the FIN or RST in it that nginx would have noticed. */
import { type Ending, otherSide, type Side, type TcpStream } from '@resetscope/flow';
import { nginxSideOf } from './case-file.ts';
import type { Leg } from './incident.ts';
import type { LogLine } from './log-line.ts';

export interface Candidate {
  readonly stream: TcpStream;
  readonly ending: Ending;
  /** Sum of the weights; higher explains the line better. */
  readonly score: number;
  readonly parts: readonly ScorePart[];
}

/** One piece of evidence and what it adds. */
export interface ScorePart {
  readonly kind: 'time' | 'address' | 'access-log' | 'request' | 'host' | 'phase-fits' | 'phase-misfits';
  readonly weight: number;
  readonly text: string;
}

/** What counted, strongest first: `request line (+4)`. */
export function reasonsOf({ parts }: Candidate): readonly string[] {
  return parts
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ text, weight }) => `${text} (${weight > 0 ? '+' : ''}${Number(weight.toFixed(2))})`);
}

/** Which endings can have caused the line; empty when none can. */
export function endingsFor(line: LogLine, leg: Leg, stream: TcpStream): readonly Ending[] {
  const peer: Side = otherSide(nginxSideOf(leg));
  const rst = stream.endings.find((e) => e.kind === 'rst' && e.from === peer);
  const fin = stream.endings.find((e) => e.kind === 'fin' && e.from === peer);
  if (line.kind === 'connect-failed') return rst?.shape === 'refuse' || rst?.before.sent.originator === 0 ? [rst] : [];
  if (line.kind === 'client-timed-out')
    return stream.endings.filter((e) => e.kind === 'rst' && e.from !== peer).slice(0, 1);
  if (line.entry.errno === 104) return rst === undefined || rst.shape === 'refuse' ? [] : [rst];
  if (line.entry.errno === 32) return [rst ?? fin].filter((e) => e !== undefined);
  return withoutErrno(line, stream, fin, rst);
}

/**
 * No errno: a FIN, or a RST that TLS turned into an end of stream (nginx-error-log fact 6), or FIN and RST back to back.
 */
function withoutErrno(
  line: LogLine,
  stream: TcpStream,
  fin: Ending | undefined,
  rst: Ending | undefined,
): readonly Ending[] {
  const isTls = stream.protocol === 'tls' || line.entry.upstream?.scheme === 'https';
  if (fin !== undefined) return [fin];
  if (rst === undefined) return [];
  return isTls || line.kind === 'tls-handshake-alert' || line.kind === 'client-closed-before-request' ? [rst] : [];
}
