/** Connections out of the ring: frames through the decoder and the tracker, as the offline analysis does it. */
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import type { ConnectionKey, RingFrame, RingReader, RingView, TimeWindow } from '@resetscope/ring';
import { PacketDecoder } from '@resetscope/wire';

/** A connection of the ring with the packets it was read from; frame numbers count these. */
export interface RingStream {
  readonly stream: TcpStream;
  /** Those that an answer can point to, when the connection has many. */
  readonly frames: readonly RingFrame[];
}

/** Before the window: most connections have begun by then. */
const LOOK_BACK_US = 5_000_000;
/** How far back the beginning of others is looked for, in turn; the last is further than any ring reaches. */
const DEEP_LOOK_BACK_US = [120_000_000, 86_400_000_000] as const;
/** A connection with more packets than this has its beginning elsewhere: looking further back costs more than it tells. */
const FRAMES_ENOUGH = 20_000;
/** Connections with more packets than this keep only those that an answer can point to (some 150): evidence stays small. */
const FRAMES_WHOLE_MAX = 1000;

/** Where frames come from: the ring, or a view of it that reaches back from its window far enough. */
export type FrameSource = Pick<RingView, 'frames'>;

/** What readStreams may ask for. */
export function viewWindow(window: TimeWindow): TimeWindow {
  return backFrom(window, LOOK_BACK_US);
}

/** The connections of one four-tuple with packets in the window. Several when its ports were used again. upstreams: upstreamsOf the lines, which side of them serves. */
export async function readStreams(
  ring: FrameSource,
  key: ConnectionKey,
  window: TimeWindow,
  upstreams: ReadonlySet<string>,
): Promise<readonly RingStream[]> {
  return ringStreams(await ring.frames(key, viewWindow(window)), upstreams);
}

/** Of one four-tuple only what is in the window, wherever its connections began. */
export async function readStretch(
  ring: FrameSource,
  key: ConnectionKey,
  window: TimeWindow,
  upstreams: ReadonlySet<string>,
): Promise<readonly RingStream[]> {
  return ringStreams(await ring.frames(key, window), upstreams);
}

/** The same with their beginning, as far as the ring has it. Some 30 ms when it is five minutes back (measured). */
export async function readStreamsDeep(
  ring: RingReader,
  key: ConnectionKey,
  window: TimeWindow,
  upstreams: ReadonlySet<string>,
): Promise<readonly RingStream[]> {
  let streams: readonly RingStream[] = [];
  for (const lookBackUs of DEEP_LOOK_BACK_US) {
    const { frames, coverage } = await ring.connection(key, backFrom(window, lookBackUs));
    streams = ringStreams(frames, upstreams);
    const isAll = window.fromUs - lookBackUs <= coverage.oldestUs || frames.length > FRAMES_ENOUGH;
    if (isAll || !lackBeginning(streams)) break;
  }
  return streams;
}

/** Did any of the connections begin before what was read? */
export function lackBeginning(streams: readonly RingStream[]): boolean {
  return streams.some(({ stream }) => !stream.sawSyn);
}

function backFrom({ fromUs, toUs }: TimeWindow, lookBackUs: number): TimeWindow {
  return { fromUs: fromUs - lookBackUs, toUs };
}

function ringStreams(frames: readonly RingFrame[], upstreams: ReadonlySet<string>): readonly RingStream[] {
  const streams = follow(frames, upstreams);
  return frames.length > FRAMES_WHOLE_MAX ? shortened(frames, streams, upstreams) : withFrames(streams, frames);
}

/** The same connections, told from fewer packets: frame numbers count the packets kept, the others share the number before. */
function shortened(
  frames: readonly RingFrame[],
  streams: readonly TcpStream[],
  upstreams: ReadonlySet<string>,
): readonly RingStream[] {
  const citable = new Set(streams.flatMap(citableFrames));
  const kept: RingFrame[] = [];
  const renumbered = frames.map((frame) => {
    const isKept = citable.has(frame.frameNumber);
    const copy = { ...frame, frameNumber: kept.length + (isKept ? 1 : 0) };
    if (isKept) kept.push(copy);
    return copy;
  });
  return withFrames(follow(renumbered, upstreams), kept);
}

/** Every frame number in a TcpStream: what evidence and ladder may name. */
function citableFrames(stream: TcpStream): readonly number[] {
  return [
    stream.firstFrame,
    ...stream.segments.map((segment) => segment.frameNumber),
    ...stream.endings.map((ending) => ending.frameNumber),
    ...stream.exchanges.flatMap(({ requestFrame, responseFrame }) => [requestFrame, responseFrame ?? requestFrame]),
    ...(stream.tls?.alerts ?? []).map((alert) => alert.frameNumber),
  ];
}

function withFrames(streams: readonly TcpStream[], frames: readonly RingFrame[]): readonly RingStream[] {
  return streams.map((stream) => ({ stream, frames }));
}

function follow(frames: readonly RingFrame[], upstreams: ReadonlySet<string>): readonly TcpStream[] {
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({
    wanted: () => true,
    streamEnded: (stream) => streams.push(stream),
    responders: upstreams,
  });
  const decoder = new PacketDecoder();
  for (const frame of frames) {
    if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet, frame.annotations);
  }
  tracker.end();
  return streams;
}
