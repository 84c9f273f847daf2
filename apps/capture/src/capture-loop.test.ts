import { describe, expect, test } from '@jest/globals';
import type { FrameSink, PacketSource, SourceStats } from '@resetscope/capture';
import { BlockBuilder } from '@resetscope/ring';
import { buildTcpFrame, FrameWindow, LinkType, TcpFlag } from '@resetscope/wire';
import { CaptureLoop, type LoopObserver } from './capture-loop.ts';
import type { Flush } from './flush-queue.ts';

const START_US = 1_795_000_000_000_000;

/** A source whose packets and losses the test decides. */
class ScriptedSource implements PacketSource {
  readonly name = 'file';
  readonly clock = 'file';
  readonly subject = 'script';
  reachUs = START_US;
  dropped = 0;
  isClosed = false;
  private waiting: { readonly flags: number; readonly payload: string }[] = [];

  send(flags: number, count = 1, payload = ''): void {
    for (let i = 0; i < count; i++) this.waiting.push({ flags, payload });
  }

  drain(onFrame: FrameSink): number {
    const sent = this.waiting;
    this.waiting = [];
    for (const { flags, payload } of sent) {
      const ends = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2 };
      const bytes = buildTcpFrame({ ...ends, flags, payload: new Uint8Array(Buffer.from(payload)) });
      const frame = { frameNumber: 1, tsUs: START_US, linkType: LinkType.ETHERNET, wireLen: bytes.length, bytes };
      onFrame(FrameWindow.of(frame), 1);
    }
    return sent.length;
  }

  stats(): SourceStats {
    return { received: 0, dropped: this.dropped };
  }

  close(): void {
    this.isClosed = true;
  }
}

class Counts implements LoopObserver {
  packets = 0;
  bytes = 0;
  dropped = 0;
  readonly reasons: string[] = [];
  drained(packets: number, bytes: number): void {
    this.packets += packets;
    this.bytes += bytes;
  }
  ignored(reason: string): void {
    this.reasons.push(reason);
  }
  kernelDropped(packets: number): void {
    this.dropped += packets;
  }
}

function setUp(count = 1) {
  const sources = Array.from({ length: count }, () => new ScriptedSource());
  const flushes: Flush[] = [];
  const counts = new Counts();
  const loop = new CaptureLoop(sources, new BlockBuilder(), (flush) => flushes.push(flush), counts);
  return { sources, source: sources[0]!, flushes, counts, loop, nowMs: performance.now() };
}

describe('CaptureLoop', () => {
  test('seals what came within 100 ms as one block', () => {
    const { source, flushes, counts, loop, nowMs } = setUp();
    source.send(TcpFlag.ACK, 2);
    loop.tick(nowMs + 50);
    source.send(TcpFlag.ACK);
    loop.tick(nowMs + 60);
    expect(flushes).toEqual([]);
    source.reachUs = START_US + 7;
    loop.tick(nowMs + 101);
    expect(flushes).toMatchObject([{ newestUs: START_US + 7, gaps: [], block: { packets: 3 } }]);
    expect(counts).toMatchObject({ packets: 3, bytes: 3 * 54 });
  });

  test('a reset is sealed after 20 ms', () => {
    const { source, flushes, loop, nowMs } = setUp();
    source.send(TcpFlag.RST);
    loop.tick(nowMs + 5);
    expect(flushes).toEqual([]);
    loop.tick(nowMs + 21);
    expect(flushes).toMatchObject([{ block: { packets: 1 } }]);
  });

  test('a quiet interface moves the reach, that of the slowest source', () => {
    const { sources, flushes, loop, nowMs } = setUp(2);
    sources[0]!.reachUs = START_US + 100;
    sources[1]!.reachUs = START_US + 50;
    loop.tick(nowMs + 101);
    expect(flushes).toEqual([{ block: null, newestUs: START_US + 50, gaps: [] }]);
  });

  test('a full block does not wait, and nothing is lost at the seam', () => {
    const { source, flushes, loop, nowMs } = setUp();
    source.send(TcpFlag.ACK, 1200, `GET /${'a'.repeat(600)} HTTP/1.1\r\n\r\n`);
    loop.tick(nowMs + 1);
    expect(flushes.length).toBeGreaterThanOrEqual(2);
    loop.stop();
    expect(flushes.reduce((sum, { block }) => sum + (block?.packets ?? 0), 0)).toBe(1200);
  });

  test('what the kernel dropped becomes a gap of that second', () => {
    const { source, flushes, counts, loop, nowMs } = setUp();
    source.dropped = 12;
    loop.tick(nowMs + 1001);
    expect(flushes).toMatchObject([{ gaps: [{ lostPackets: 12, reason: 'kernel-drop' }] }]);
    loop.tick(nowMs + 2002);
    expect(flushes[1]?.gaps).toEqual([]);
    expect(counts.dropped).toBe(12);
  });

  test('stop hands over what is left and closes the sources', () => {
    const { source, flushes, loop } = setUp();
    source.send(TcpFlag.ACK);
    loop.stop();
    expect(flushes).toMatchObject([{ block: { packets: 1 } }]);
    expect(source.isClosed).toBe(true);
  });
});
