/** Captured frames to streams: what a test says about a stream is what packets say. */

import { TcpStory, type TcpStoryOptions } from '@resetscope/testkit';
import { type CapturedFrame, PacketDecoder } from '@resetscope/wire';
import { FlowTracker, type ResetCounts, type TcpStream } from '../src/index.ts';

export interface Following {
  /** In the order of tcp.stream. */
  readonly streams: readonly TcpStream[];
  readonly resets: ResetCounts;
  readonly latePackets: number;
}

export function follow(frames: readonly CapturedFrame[]): Following {
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  for (const frame of frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
  tracker.end();
  return {
    streams: streams.sort((a, b) => a.index - b.index),
    resets: tracker.resets,
    latePackets: tracker.latePackets,
  };
}

/** The only stream of a story. */
export function streamOf(story: TcpStory): TcpStream {
  const { streams } = follow(story.frames);
  const [stream] = streams;
  if (stream === undefined || streams.length > 1) throw new RangeError(`expected one stream, got ${streams.length}`);
  return stream;
}

/** Between 10.0.0.1:51000, initial sequence number 1000, and 10.0.0.2:80, 5000. */
export function storyOf(options: Partial<TcpStoryOptions> = {}): TcpStory {
  return new TcpStory({
    originator: '10.0.0.1:51000',
    responder: '10.0.0.2:80',
    ends: { originator: { isn: 1000 }, responder: { isn: 5000 } },
    ...options,
  });
}

/** The frames of several stories as one capture: by time, numbered anew. */
export function merged(...stories: readonly TcpStory[]): readonly CapturedFrame[] {
  const frames = stories.flatMap((story) => story.frames).sort((a, b) => a.tsUs - b.tsUs);
  return frames.map((frame, at) => ({ ...frame, frameNumber: at + 1 }));
}

export const latin1Bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
