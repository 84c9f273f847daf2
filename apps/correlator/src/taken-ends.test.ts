import { expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import type { ResetRecord } from '@resetscope/ring';
import { TcpFlag } from '@resetscope/wire';
import { TakenEnds } from './taken-ends.ts';
import { answeredVisit } from './testing/shop.ts';
import { streamOf } from './testing/streams.ts';

const ALL = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
const stream = (port: number, atUs = 0): TcpStream => streamOf(answeredVisit({ port, atUs }));

/** As the index has the end of a connection. */
function resetOf({ originator, responder, endings }: TcpStream): ResetRecord {
  return {
    tsUs: endings[0]!.tsUs,
    ...{ src: originator.address, srcPort: originator.port, dst: responder.address, dstPort: responder.port },
    ...{ flags: TcpFlag.RST, seq: 1, ack: 0 },
  };
}

test('an end that a line has taken is no candidate for another, and still one for its own', () => {
  const taken = new TakenEnds();
  const one = stream(40_000);
  expect(taken.isOthers(resetOf(one), new Set())).toBe(false);
  taken.note(one, 'a');
  expect(taken.isOthers(resetOf(one), new Set(['b']))).toBe(true);
  expect(taken.isOthers(resetOf(one), new Set(['a', 'b']))).toBe(false);
  expect(taken.isOthers({ ...resetOf(one), dstPort: 81 }, new Set())).toBe(false);
  taken.forget(one);
  expect(taken.isOthers(resetOf(one), new Set())).toBe(false);
});

test('a connection taken lately tells of its server, once', () => {
  const taken = new TakenEnds();
  const [one, two] = [stream(40_000), stream(40_001, 1_000_000)];
  for (const each of [one, two, one]) taken.note(each, 'a');
  expect(taken.streamsIn(ALL, [])).toEqual([two, one]);
  expect(taken.streamsIn(ALL, [two])).toEqual([one]);
  expect(taken.streamsIn({ fromUs: 0, toUs: two.lastUs }, [])).toEqual([one]);
});

test('only the latest are remembered whole', () => {
  const taken = new TakenEnds();
  for (let port = 40_000; port < 40_300; port++) taken.note(stream(port), 'a');
  expect(taken.streamsIn(ALL, [])).toHaveLength(256);
});
