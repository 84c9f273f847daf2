/** The shop's connections as the tracker sees them. */
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import type { TcpStory } from '@resetscope/testkit';
import { PacketDecoder } from '@resetscope/wire';

/** The story's first connection. */
export function streamOf(story: TcpStory): TcpStream {
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  for (const frame of story.frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
  tracker.end();
  const [first] = streams;
  if (first === undefined) throw new Error('the story has no connection');
  return first;
}
