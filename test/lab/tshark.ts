/** Frame and stream numbers of a capture, by tshark: numbers only, no judgement. */
import { execFileSync } from 'node:child_process';
import { endpoint } from './client.ts';
import type { Tuple } from './expected.ts';

const FIELDS = [
  'frame.number',
  'tcp.stream',
  'ip.src',
  'ipv6.src',
  'tcp.srcport',
  'ip.dst',
  'ipv6.dst',
  'tcp.dstport',
  'tcp.flags',
  'tcp.len',
];

export interface Segment {
  readonly frame: number;
  readonly stream: number;
  readonly from: string;
  readonly to: string;
  readonly flags: number;
  readonly payloadLen: number;
}

const FIN = 0x01;
const RST = 0x04;

export function readSegments(capture: string): Segment[] {
  const args = ['-r', capture, '-Y', 'tcp', '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])];
  const text = execFileSync('tshark', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  return text
    .trimEnd()
    .split('\n')
    .map((row) => {
      const [frame, stream, src4, src6, srcPort, dst4, dst6, dstPort, flags, len] = row.split('\t');
      return {
        frame: Number(frame),
        stream: Number(stream),
        from: endpoint(src4 || src6, Number(srcPort)),
        to: endpoint(dst4 || dst6, Number(dstPort)),
        flags: Number(flags),
        payloadLen: Number(len),
      };
    });
}

export class SegmentIndex {
  private readonly segments: readonly Segment[];
  constructor(segments: readonly Segment[]) {
    this.segments = segments;
  }

  /** The connection that was opened to `responder`, where no actor knew the other port; null unless it is the only one. */
  opened(responder: string): Tuple | null {
    const openers = new Set(this.segments.filter(({ to }) => to === responder).map(({ from }) => from));
    return openers.size === 1 ? { originator: [...openers][0]!, responder } : null;
  }

  /** tshark's number of the connection, the `incarnation`th with these ends; null when it is not there. */
  stream({ originator, responder }: Tuple, incarnation = 0): number | null {
    const known = new Set(
      this.segments.filter(({ from, to }) => isBetween(from, to, originator, responder)).map(({ stream }) => stream),
    );
    return [...known][incarnation] ?? null;
  }

  /** Frame of the first reset that `sender` sent in a connection. */
  reset(index: number, sender: string): number | null {
    const isReset = ({ stream, from, flags }: Segment): boolean =>
      stream === index && from === sender && (flags & RST) !== 0;
    return this.segments.find(isReset)?.frame ?? null;
  }

  counts(logged: ReadonlySet<number>): Record<string, number> {
    const streams = groupByStream(this.segments);
    const counts = { rstFrames: 0, rstStreams: 0, handshakeStreams: 0, afterFinStreams: 0, midStreams: 0 };
    for (const segments of streams.values()) {
      const at = segments.findIndex(({ flags }) => (flags & RST) !== 0);
      counts.rstFrames += segments.filter(({ flags }) => (flags & RST) !== 0).length;
      if (at < 0) continue;
      const before = segments.slice(0, at);
      counts.rstStreams++;
      if (!before.some(({ payloadLen }) => payloadLen > 0)) counts.handshakeStreams++;
      else if (before.some(({ flags }) => (flags & FIN) !== 0)) counts.afterFinStreams++;
      else counts.midStreams++;
    }
    return { ...counts, loggedStreams: logged.size, streams: streams.size };
  }
}

function isBetween(from: string, to: string, one: string, other: string): boolean {
  return (from === one && to === other) || (from === other && to === one);
}

function groupByStream(segments: readonly Segment[]): Map<number, Segment[]> {
  const streams = new Map<number, Segment[]>();
  for (const segment of segments) {
    const known = streams.get(segment.stream);
    if (known === undefined) streams.set(segment.stream, [segment]);
    else known.push(segment);
  }
  return streams;
}
