/**
 * Captures to the connections that can explain a line, and what the rest of the packets say about their ends. A long capture is
 * followed by several threads: each reads all of it and follows its share of the connections, so that nothing passes between
 * them per packet; this thread has the first share, the progress and the warnings.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type AccessLog, type LegView, type LogLine, legInterest, type Surroundings } from '@resetscope/diagnosis';
import { type ResetCounts, StreamNumbers, type TcpStream } from '@resetscope/flow';
import type { Analysis } from '@resetscope/report';
import type { FrameWindow } from '@resetscope/wire';
import { readCaptureFiles } from './capture-file.ts';
import { CaptureShare, type ShareContent } from './capture-share.ts';
import type { CaptureSpan } from './capture-span.ts';
import { type InputFile, plainSize } from './input-file.ts';
import type { ReadMeter } from './read-meter.ts';
import type { ShareTask } from './share-worker.ts';
import { silentEnds } from './silent-ends.ts';

/** Bytes of capture from which a second thread is worth its start (60 ms, measured). */
const LONG_CAPTURE = 100_000_000;
/** Every thread decodes every packet: beyond, more of them add little. */
const THREADS_MAX = 4;
/** One thread for this many cores: two virtual cores are often one real one, and the host has other work (measured: no gain on two). */
const CORES_PER_THREAD = 2;

export interface CaptureContent {
  readonly streams: readonly TcpStream[];
  /** Where the other leg of a line's request is looked for: these streams, and what is no case itself. */
  readonly legs: LegView;
  readonly surroundings: Surroundings;
  readonly resets: Readonly<ResetCounts>;
  /** Cause -> connections that never became nginx's; they are counted and not kept. */
  readonly halfOpen: ReadonlyMap<string, number>;
  /** Frames read; of these, those that are no TCP segment, by what they are; packets that came after the end of their connection. */
  readonly packets: Analysis['packets'];
  readonly lostPackets: number | null;
  /** First and last packet; null without any. */
  readonly span: CaptureSpan | null;
  readonly warnings: readonly string[];
}

/**
 * Several captures count as one, in the order given. lines: what is to be explained; connections that can neither explain
 * one nor have lost anything are not kept. threads: null to choose. @throws ClearError RS_FILE_UNREADABLE, RS_NOT_A_CAPTURE.
 */
export async function readCaptures(
  files: readonly InputFile[],
  meter: ReadMeter,
  lines: readonly LogLine[],
  threads: number | null = null,
  accessLog: AccessLog | null = null,
): Promise<CaptureContent> {
  const of = threads ?? (await threadsFor(files));
  const interest = { silent: silentEnds(lines), legs: legInterest(lines, accessLog) };
  const workers = Array.from({ length: of - 1 }, (_, at) =>
    startWorker({ files, interest, share: { index: at + 1, of } }),
  );
  try {
    const own = new CaptureShare(interest, { index: 0, of });
    const { lostPackets, span, warnings } = await readAll(files, own, meter);
    const others = await Promise.all(workers.map(({ content }) => content));
    const shares = [own.end(), ...others];
    const content = joined(shares);
    for (const stream of content.streams) own.surroundings.noteStream(stream);
    return {
      ...content,
      surroundings: own.surroundings,
      packets: {
        total: own.frames,
        ...own.others.byOutcome,
        late: shares.reduce((sum, { latePackets }) => sum + latePackets, 0),
      },
      lostPackets,
      span,
      warnings: [...warnings, ...own.others.warnings],
    };
  } finally {
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
  }
}

async function readAll(
  files: readonly InputFile[],
  share: CaptureShare,
  meter: ReadMeter,
): Promise<Pick<CaptureContent, 'lostPackets' | 'span' | 'warnings'>> {
  let [fromUs, toUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const add = (frame: FrameWindow): void => {
    if (frame.tsUs < fromUs) fromUs = frame.tsUs;
    if (frame.tsUs > toUs) toUs = frame.tsUs;
    share.add(frame);
  };
  const ends = await readCaptureFiles(files, add, undefined, meter);
  const told = ends.flatMap((end) => end.lostPackets ?? []);
  return {
    span: toUs < fromUs ? null : { fromUs, toUs },
    lostPackets: told.length === 0 ? null : told.reduce((sum, lost) => sum + lost, 0),
    warnings: ends.flatMap((end) => end.warnings),
  };
}

interface StartedWorker {
  readonly worker: Worker;
  readonly content: Promise<ShareContent>;
}

function startWorker(task: ShareTask): StartedWorker {
  const worker = new Worker(new URL('./share-worker.js', import.meta.url), { workerData: task });
  const content = new Promise<ShareContent>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread ended with ${code} before its share of the capture`)));
  });
  content.catch(() => undefined); // this thread meets the same fault in the same file, and tells it
  return { worker, content };
}

/** The shares together, numbered as one tracker would have done it. */
function joined(shares: readonly ShareContent[]): Pick<CaptureContent, 'streams' | 'legs' | 'resets' | 'halfOpen'> {
  const numbers = new StreamNumbers(shares.map(({ firstFrames }) => firstFrames ?? new Float64Array(0)));
  const numbered = (key: 'streams' | 'otherLegs'): readonly TcpStream[] =>
    shares
      .flatMap((share) =>
        share.firstFrames === null
          ? share[key]
          : share[key].map((stream) => ({ ...stream, index: numbers.indexAt(stream.firstFrame) })),
      )
      .sort((a, b) => a.index - b.index);
  const streams = numbered('streams');
  const halfOpen = new Map<string, number>();
  for (const share of shares)
    for (const [cause, count] of share.halfOpen) halfOpen.set(cause, (halfOpen.get(cause) ?? 0) + count);
  const sum = (key: keyof ResetCounts): number => shares.reduce((total, { resets }) => total + resets[key], 0);
  return {
    streams,
    legs: {
      streams: [...streams, ...numbered('otherLegs')],
      unreadable: shares.flatMap((share) => share.unreadable),
      isWhole: shares.every((share) => share.isWhole),
    },
    resets: { total: sum('total'), handshake: sum('handshake'), closing: sum('closing') },
    // in an order of its own, which no share decides
    halfOpen: new Map([...halfOpen].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Several for long plain files alone: a pipe can be read once, and unpacking costs more than following. */
async function threadsFor(files: readonly InputFile[]): Promise<number> {
  let bytes = 0;
  for (const { path } of files) {
    const size = await plainSize(path);
    if (size === null) return 1;
    bytes += size;
  }
  const threads = Math.min(THREADS_MAX, Math.floor(availableParallelism() / CORES_PER_THREAD));
  return bytes < LONG_CAPTURE ? 1 : Math.max(1, threads);
}
