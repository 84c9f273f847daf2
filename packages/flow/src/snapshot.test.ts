import { expect, test } from '@jest/globals';
import { PacketDecoder } from '@resetscope/wire';
import { storyOf } from '../test-data/follow.ts';
import { Connection, Shared } from './connection.ts';
import { snapshot } from './snapshot.ts';

test('is plain data that later packets do not change', () => {
  const story = storyOf().handshake();
  story.originator.send('GET / HTTP/1.1\r\n\r\n');
  const frames = story.frames;
  const shared = new Shared();
  const decoder = new PacketDecoder();
  decoder.decode(frames[0]!);
  const connection = new Connection(7, decoder.packet, shared);
  const add = (at: number): void => {
    decoder.decode(frames[at]!);
    connection.add(decoder.packet, at === 1 ? 1 : 0, null);
  };
  for (const at of [0, 1, 2]) add(at);
  const before = snapshot(connection, shared.log);
  const text = JSON.stringify(before);
  add(3);
  expect(JSON.stringify(before)).toBe(text);
  expect(before).toMatchObject({
    index: 7,
    history: 'ShA',
    connState: 'S1',
    teardown: 'open',
    firstFrame: 1,
    protocol: 'none',
  });
  expect([before.exchanges, before.last.exchange, before.tls]).toEqual([[], null, null]);
  expect(snapshot(connection, shared.log)).toMatchObject({ exchangeCount: 1, segments: { length: 4 } });
});
