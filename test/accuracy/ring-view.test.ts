/**
 * What the ring keeps is enough: every connection of every recorded situation, once followed from the whole capture and once from
 * what a block gives back of it, carries the same exchanges and ends the same way. Left out: cleartext HTTP/2, whose frames the
 * ring does not keep.
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
function gist({ exchanges, endings, segments, history }: TcpStream): string {
  return JSON.stringify({
    exchanges: exchanges.map(({ method, status, requestState, responseState }) => ({
      method,
      status,
      requestState,
      responseState,
    })),
    endings: endings.map(({ kind, from, relativeSeq }) => ({ kind, from, relativeSeq })),
    segments: segments.length,
    history,
  });
}

describeIf(LAB !== null, 'the corpus is not beside the checkout (RESETSCOPE_CORPUS)')('the view of the ring', () => {
  test.each(CAPTURES)(
    '%s',
    async (name) => {
      const frames = framesIn(join(LAB ?? '', name));
      const whole = follow(frames, () => null);
      const kept = follow(await throughBlocks(frames), ({ annotations }) => annotations);
      expect(kept.length).toBe(whole.length);
      const comparable = whole.map(({ http2 }) => http2 === null);
      const different = whole.findIndex((stream, i) => comparable[i] && gist(kept[i] as TcpStream) !== gist(stream));
      expect(
        different === -1 ? null : [gist(kept[different] as TcpStream), gist(whole[different] as TcpStream)],
      ).toBeNull();
    },
    120_000,
  );
});
