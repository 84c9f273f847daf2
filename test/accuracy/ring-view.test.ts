/**
 * What the ring keeps is enough: every connection of every recorded situation, once followed from the whole capture and once from
 * what a block gives back of it, carries the same exchanges and ends the same way. Of cleartext HTTP/2 the ring keeps no frames:
 * there it says that they are missing, and of exchanges nothing that is not so.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { FlowTracker, type PayloadHints, type TcpStream } from '@resetscope/flow';
import { BlockBuilder, type RingFrame, unpackBlock } from '@resetscope/ring';
import { corpusDir } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { type CapturedFrame, FrameWindow, PacketDecoder, readCapture } from '@resetscope/wire';

const CORPUS = corpusDir();
const LAB = CORPUS === null ? null : join(CORPUS, 'lab');
const CAPTURES = (LAB === null ? [] : readdirSync(LAB, { recursive: true, encoding: 'utf8' }))
  .filter((name) => /capture\.(pcap|pcapng)(\.gz)?$/.test(name))
  .sort();

function framesIn(path: string): readonly CapturedFrame[] {
  const bytes = readFileSync(path);
  return readCapture(new Uint8Array(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)).frames;
}

async function throughBlocks(frames: readonly CapturedFrame[]): Promise<readonly RingFrame[]> {
  const builder = new BlockBuilder();
  const read: RingFrame[] = [];
  const seal = async (): Promise<void> => {
    const sealed = builder.seal();
    if (sealed !== null) read.push(...((await unpackBlock(sealed.block)) ?? []));
  };
  for (const frame of frames) {
    if (builder.add(FrameWindow.of(frame), 1) !== 'full') continue;
    await seal();
    builder.add(FrameWindow.of(frame), 1);
  }
  await seal();
  return read;
}

function follow<F extends CapturedFrame>(
  frames: readonly F[],
  hintsOf: (frame: F) => PayloadHints | null,
): TcpStream[] {
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  for (const frame of frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet, hintsOf(frame));
  tracker.end();
  return streams.sort((a, b) => a.index - b.index);
}

/** What a verdict rests on. */
function gist(stream: TcpStream): string {
  const { exchanges } = stream;
  return JSON.stringify({
    exchanges: exchanges.map(({ method, status, requestState, responseState }) => ({
      method,
      status,
      requestState,
      responseState,
    })),
    ...gistOfPackets(stream),
  });
}

function gistOfPackets({ endings, segments, history }: TcpStream) {
  return {
    endings: endings.map(({ kind, from, relativeSeq }) => ({ kind, from, relativeSeq })),
    segments: segments.length,
    history,
  };
}

/** Known of HTTP/2 without its frames: that a request began, and that it was complete where END_STREAM came with its head. */
function agreesWithoutFrames(kept: TcpStream, whole: TcpStream): boolean {
  const isTrue = kept.exchanges.every(({ framing, requestState, responseState }, i) => {
    const isSaid = requestState !== 'complete' || whole.exchanges[i]?.requestState === 'complete';
    return framing === 'guessed' && isSaid && responseState === 'none';
  });
  const isMissing = kept.http2?.missedFrames.originator === true || kept.exchanges.length === whole.exchanges.length;
  return isTrue && isMissing && JSON.stringify(gistOfPackets(kept)) === JSON.stringify(gistOfPackets(whole));
}

describeIf(LAB !== null, 'the corpus is not beside the checkout (RESETSCOPE_CORPUS)')('the view of the ring', () => {
  test.each(CAPTURES)(
    '%s',
    async (name) => {
      const frames = framesIn(join(LAB ?? '', name));
      const whole = follow(frames, () => null);
      const kept = follow(await throughBlocks(frames), ({ annotations }) => annotations);
      expect(kept.length).toBe(whole.length);
      const different = whole.findIndex((stream, i) => {
        const other = kept[i] as TcpStream;
        return stream.http2 === null ? gist(other) !== gist(stream) : !agreesWithoutFrames(other, stream);
      });
      expect(
        different === -1 ? null : [gist(kept[different] as TcpStream), gist(whole[different] as TcpStream)],
      ).toBeNull();
    },
    120_000,
  );
});
