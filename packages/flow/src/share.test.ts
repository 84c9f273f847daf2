import { describe, expect, test } from '@jest/globals';
import { TcpStory } from '@resetscope/testkit';
import { PacketDecoder } from '@resetscope/wire';
import { follow, merged } from '../test-data/follow.ts';
import { FlowTracker } from './flow-tracker.ts';
import { StreamNumbers } from './share.ts';
import type { TcpStream } from './tcp-stream.ts';

test.each([2, 3])('%d shares together find what one tracker finds', (of) => {
  const stories = Array.from({ length: 300 }, (_, at) => {
    const story = new TcpStory({
      originator: `10.0.0.${at % 9}:${3000 + at}`,
      responder: '10.0.1.1:80',
      startUs: at * 37,
    });
    story.handshake().originator.send('GET / HTTP/1.1\r\n\r\n');
    if (at % 3 === 0) story.responder.rst();
    return story;
  });
  const frames = merged(...stories);
  const whole = follow(frames);
  const shares = Array.from({ length: of }, (_, index) => {
    const streams: TcpStream[] = [];
    const tracker = new FlowTracker({
      wanted: () => true,
      streamEnded: (stream) => streams.push(stream),
      share: { index, of },
    });
    const decoder = new PacketDecoder();
    for (const frame of frames) {
      decoder.decode(frame);
      tracker.add(decoder.packet);
    }
    tracker.end();
    return { streams, tracker };
  });
  const firstFrames = shares.map(({ tracker }) => Float64Array.from(tracker.firstFrames ?? []));
  const numbers = new StreamNumbers(firstFrames);
  const streams = shares
    .flatMap((share) => share.streams)
    .map((stream) => ({ ...stream, index: numbers.indexAt(stream.firstFrame) }))
    .sort((a, b) => a.index - b.index);
  expect(streams).toEqual(whole.streams);
  expect(shares.reduce((sum, { tracker }) => sum + tracker.resets.total, 0)).toBe(whole.resets.total);
  for (const share of shares) expect(share.streams.length).toBeGreaterThan(300 / of / 2);
});

describe('StreamNumbers', () => {
  test('count over all shares', () => {
    const numbers = new StreamNumbers([Float64Array.of(1, 5, 9), Float64Array.of(), Float64Array.of(2, 3)]);
    expect([1, 2, 3, 5, 9, 10].map((frame) => numbers.indexAt(frame))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
