/**
 * The rows of a ladder diagram: the packets of one connection in order, long runs of plain packets folded into one row.
 * Rows are data; ladder-text.ts and ladder-svg.ts draw them.
 */
import type { LadderRow } from '@resetscope/diagnosis';
import { otherSide, type Segment, type Side, type TcpStream } from '@resetscope/flow';
import { formatFlags, TcpFlag } from '@resetscope/wire';

/** Rows of a ladder at most; what is beyond is folded. Two screens of an 80x24 terminal with notes (chosen). */
export const MAX_LADDER_ROWS = 60;

/** A silence at least this long is shown: TCP_RTO_MIN of Linux (include/net/tcp.h), so no plain retransmission fills it. */
export const IDLE_GAP_US = 200_000;

/** Packets always shown at the start and at the end. */
const HEAD_ROWS = 6;
const TAIL_ROWS = 6;

/** Folding fewer packets than this hides more than it saves. */
const MIN_FOLDED = 3;

/** What stays a row of its own, from generous to strict; the first that fits MAX_LADDER_ROWS is used. */
const KEEPERS: readonly ((segments: readonly Segment[], at: number, notes: Notes) => boolean)[] = [
  (segments, at, notes) => isNearEvent(segments, at, notes) || isNearEnds(segments, at) || isLabelled(segments, at),
  (segments, at, notes) => isNearEvent(segments, at, notes) || isNearEnds(segments, at),
  (segments, at, notes) => isEvent(segments, at, notes),
];

/** Frame number -> what that packet means for the verdict. */
type Notes = ReadonlyMap<number, string>;

/** Rows for the stream's kept packets; `notes` is keyed by frame.number. Empty for a stream without kept packets. */
export function ladderRows(stream: TcpStream, notes: Notes): readonly LadderRow[] {
  const { segments } = stream;
  for (const keeps of KEEPERS) {
    const kept = segments.map((_, at) => keeps(segments, at, notes));
    const rows = foldRuns(stream, kept, notes);
    if (rows.length <= MAX_LADDER_ROWS) return rows;
  }
  const half = MAX_LADDER_ROWS / 2;
  const ends = segments.map((_, at) => at < half || at >= segments.length - half + 2);
  return foldRuns(stream, ends, notes);
}

/** Silence before `row`, in microseconds, when it is worth showing; null otherwise. */
export function idleGapUs(previous: LadderRow | undefined, row: LadderRow): number | null {
  if (previous === undefined || previous.kind === 'folded') return null;
  const gapUs = row.atUs - previous.atUs;
  return gapUs >= IDLE_GAP_US ? gapUs : null;
}

function isEvent(segments: readonly Segment[], at: number, notes: Notes): boolean {
  const segment = segments[at];
  if (segment === undefined) return false;
  return (segment.flags & (TcpFlag.SYN | TcpFlag.FIN | TcpFlag.RST)) !== 0 || notes.has(segment.frameNumber);
}

function isNearEvent(segments: readonly Segment[], at: number, notes: Notes): boolean {
  return [at - 1, at, at + 1].some((near) => isEvent(segments, near, notes)) || endsBeforeIdleGap(segments, at);
}

function isNearEnds(segments: readonly Segment[], at: number): boolean {
  return at < HEAD_ROWS || at >= segments.length - TAIL_ROWS;
}

function isLabelled(segments: readonly Segment[], at: number): boolean {
  return segments[at]?.label !== '';
}

/** Kept, so that a folded row never hides where a silence began. */
function endsBeforeIdleGap(segments: readonly Segment[], at: number): boolean {
  const [segment, next] = [segments[at], segments[at + 1]];
  return segment !== undefined && next !== undefined && next.tsUs - segment.tsUs >= IDLE_GAP_US;
}

function foldRuns(stream: TcpStream, kept: readonly boolean[], notes: Notes): readonly LadderRow[] {
  const rows: LadderRow[] = [];
  const omittedBefore = omittedPosition(stream);
  let run: Segment[] = [];
  const endRun = (): void => {
    if (run.length >= MIN_FOLDED) rows.push(foldedRow(stream, run));
    else rows.push(...run.map((segment) => packetRow(stream, segment, notes)));
    run = [];
  };
  stream.segments.forEach((segment, at) => {
    if (at === omittedBefore) {
      endRun();
      rows.push(omittedRow(stream, segment));
    }
    if (kept[at] !== true) {
      run.push(segment);
      return;
    }
    endRun();
    rows.push(packetRow(stream, segment, notes));
  });
  endRun();
  return rows;
}

/** Index of the first kept packet after those that were not kept: where the frame numbers jump farthest. -1 without any. */
function omittedPosition({ segments, omittedSegments }: TcpStream): number {
  if (omittedSegments === 0) return -1;
  let [position, farthest] = [-1, 0];
  segments.forEach((segment, at) => {
    const jump = segment.frameNumber - (segments[at - 1]?.frameNumber ?? segment.frameNumber);
    if (jump > farthest) [position, farthest] = [at, jump];
  });
  return position;
}

function packetRow(stream: TcpStream, segment: Segment, notes: Notes): LadderRow {
  return {
    frame: segment.frameNumber,
    ...numbers(stream, segment),
    flags: formatFlags(segment.flags),
    len: segment.payloadLen,
    label: segment.label,
    note: notes.get(segment.frameNumber) ?? '',
    kind: (segment.flags & TcpFlag.RST) === 0 ? 'packet' : 'reset',
    count: 1,
  };
}

/** One row for a run, drawn from the side that sent most of its payload. */
function foldedRow(stream: TcpStream, run: readonly Segment[]): LadderRow {
  const bytesFrom = (side: Side): number =>
    run.reduce((sum, segment) => sum + (segment.from === side ? segment.payloadLen : 0), 0);
  const [originator, responder] = [bytesFrom('originator'), bytesFrom('responder')];
  const sender: Side = originator > responder ? 'originator' : 'responder';
  const first = run.find((segment) => segment.from === sender) ?? run[0];
  const len = originator + responder;
  const label = `${run.length} packets, ${len.toLocaleString('en-US')} bytes`;
  return { ...emptyRow(stream, first ?? run[0], run[0]), label, len, count: run.length };
}

function omittedRow(stream: TcpStream, next: Segment): LadderRow {
  const count = stream.omittedSegments;
  return { ...emptyRow(stream, next, next), label: `${count.toLocaleString('en-US')} packets not kept`, count };
}

function emptyRow(stream: TcpStream, like: Segment | undefined, first: Segment | undefined): LadderRow {
  return {
    frame: null,
    ...(like === undefined ? NO_NUMBERS : numbers(stream, like)),
    atUs: first === undefined ? 0 : sinceStartUs(stream, first),
    flags: '',
    len: 0,
    label: '',
    note: '',
    kind: 'folded',
    count: 0,
  };
}

type Numbers = Pick<LadderRow, 'atUs' | 'from' | 'seq' | 'ack' | 'rawSeq' | 'rawAck' | 'window'>;

const NO_NUMBERS: Numbers = { atUs: 0, from: 'originator', seq: 0, ack: 0, rawSeq: 0, rawAck: 0, window: 0 };

/** Sequence numbers relative to each side's initial one, modulo 2^32 (RFC 9293 section 3.4); ack 0 without the ACK bit. */
function numbers(stream: TcpStream, segment: Segment): Numbers {
  const peer = otherSide(segment.from);
  const hasAck = (segment.flags & TcpFlag.ACK) !== 0;
  return {
    atUs: sinceStartUs(stream, segment),
    from: segment.from,
    seq: (segment.seq - stream.halves[segment.from].isn) >>> 0,
    ack: hasAck ? (segment.ack - stream.halves[peer].isn) >>> 0 : 0,
    rawSeq: segment.seq,
    rawAck: segment.ack,
    window: segment.window,
  };
}

function sinceStartUs(stream: TcpStream, segment: Segment): number {
  return segment.tsUs - (stream.segments[0]?.tsUs ?? segment.tsUs);
}
