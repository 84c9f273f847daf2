/** One way to explain a line: a connection, and the FIN or RST in it that nginx would have noticed. */
import type { TcpStream } from '@resetscope/flow';
import type { Noticed } from './noticed.ts';

export interface Candidate {
  readonly stream: TcpStream;
  readonly ending: Noticed;
  /** Sum of the weights; higher explains the line better. */
  readonly score: number;
  readonly parts: readonly ScorePart[];
}

/** One piece of evidence and what it adds. */
export interface ScorePart {
  readonly kind: 'time' | 'address' | 'access-log' | 'request' | 'host' | 'phase-fits' | 'phase-misfits' | 'serial';
  readonly weight: number;
  readonly text: string;
}

/** What counted, strongest first: `request line (+4)`. */
export function reasonsOf({ parts }: Candidate): readonly string[] {
  return parts
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ text, weight }) => `${text} (${weight > 0 ? '+' : ''}${Number(weight.toFixed(2))})`);
}
