/** Captures to their TCP streams, each handed over as soon as it is known to be over. Memory grows with the open ones. */
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import { type FrameWindow, PacketDecoder } from '@resetscope/wire';
import { readCaptureFiles } from '../analyze/capture-file.ts';
import { DecodeCounts } from '../analyze/decode-counts.ts';
import { inputFile } from '../analyze/input-file.ts';
import type { FlowFilter } from './options.ts';

export interface FlowSink {
  /** A stream that the filter lets through. In order of their ends, not of their indexes. */
  readonly flow: (stream: TcpStream) => void;
  /** A stream that it does not. */
  readonly leftOut: (index: number) => void;
  /** Awaited now and then; until it resolves nothing is read. */
  readonly ready: () => Promise<void> | void;
}

/** Several captures count as one, in the order given. Resolves with warnings. @throws ClearError as readCaptureFiles. */
export async function readFlows(
  paths: readonly string[],
  filter: FlowFilter,
  sink: FlowSink,
): Promise<readonly string[]> {
  const tracker = new FlowTracker({
    wanted: ({ index, rstCount }) => {
      if (rstCount > 0 || !filter.resetOnly) return true;
      sink.leftOut(index);
      return false;
    },
    streamEnded: (stream) => {
      if (isOfEnds(stream, filter)) sink.flow(stream);
      else sink.leftOut(stream.index);
    },
  });
  const decoder = new PacketDecoder();
  const others = new DecodeCounts();
  const follow = (frame: FrameWindow): void => {
    const outcome = decoder.decodeWindow(frame);
    if (outcome === 'tcp') tracker.add(decoder.packet);
    else others.note(outcome);
  };
  const ends = await readCaptureFiles(paths.map(inputFile), follow, sink.ready);
  tracker.end();
  await sink.ready();
  return [...ends.flatMap(({ warnings }) => warnings), ...others.warnings];
}

function isOfEnds({ originator, responder }: TcpStream, { host, ports }: FlowFilter): boolean {
  const ends = [originator, responder];
  if (host !== null && !ends.some(({ address }) => address === host)) return false;
  return ports === null || ends.some(({ port }) => ports.includes(port));
}
