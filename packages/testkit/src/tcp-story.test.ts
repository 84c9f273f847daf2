import { describe, expect, test } from '@jest/globals';
import { type CapturedFrame, formatFlags, PacketDecoder } from '@resetscope/wire';
import { TcpStory, type TcpStoryOptions } from './tcp-story.ts';

const ENDS: TcpStoryOptions = {
  originator: '10.0.0.1:51000',
  responder: '10.0.0.2:80',
  ends: { originator: { isn: 1000, ipId: 10 }, responder: { isn: 5000, ipId: 70, ttl: 63, window: 97 } },
};

/** One line a packet: source port, flags, relative seq and ack, payload length, window, TTL, IP ID, timestamps or not. */
function ladder(frames: readonly CapturedFrame[]): readonly string[] {
  const decoder = new PacketDecoder();
  return frames.map((frame) => {
    expect(decoder.decode(frame)).toBe('tcp');
    const p = decoder.packet;
    const stamps = p.hasTimestamp ? 'ts' : 'no-ts';
    return `${p.srcPort} [${formatFlags(p.flags)}] ${p.seq} ${p.ack} len ${p.payloadLen} win ${p.window} ttl ${p.ttl} id ${p.ipId} ${stamps}`;
  });
}

describe('TcpStory', () => {
  test('an exchange and its four-way end', () => {
    const story = new TcpStory(ENDS).handshake();
    story.originator.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    story.responder.ack();
    story.responder.send('HTTP/1.1 204 \r\n\r\n', { push: false });
    story.originator.fin();
    story.responder.ack();
    story.responder.fin('bye');
    story.originator.ack();
    expect(ladder(story.frames)).toEqual([
      '51000 [S] 1000 0 len 0 win 502 ttl 64 id 11 ts',
      '80 [S.] 5000 1001 len 0 win 97 ttl 63 id 71 ts',
      '51000 [.] 1001 5001 len 0 win 502 ttl 64 id 12 ts',
      '51000 [P.] 1001 5001 len 27 win 502 ttl 64 id 13 ts',
      '80 [.] 5001 1028 len 0 win 97 ttl 63 id 72 ts',
      '80 [.] 5001 1028 len 17 win 97 ttl 63 id 73 ts',
      '51000 [F.] 1028 5018 len 0 win 502 ttl 64 id 14 ts',
      '80 [.] 5018 1029 len 0 win 97 ttl 63 id 74 ts',
      '80 [FP.] 5018 1029 len 3 win 97 ttl 63 id 75 ts',
      '51000 [.] 1029 5022 len 0 win 502 ttl 64 id 15 ts',
    ]);
  });

  test('the three kinds of reset', () => {
    const active = new TcpStory(ENDS).handshake();
    active.originator.send('x');
    active.responder.rst({ window: 400 });
    expect(ladder(active.frames).at(-1)).toBe('80 [R.] 5001 1002 len 0 win 400 ttl 63 id 72 ts');

    const stateless = new TcpStory(ENDS).handshake();
    stateless.originator.send('x');
    stateless.responder.statelessRst();
    expect(ladder(stateless.frames).at(-1)).toBe('80 [R] 5001 0 len 0 win 0 ttl 63 id 0 no-ts');

    const refused = new TcpStory(ENDS);
    refused.originator.syn();
    refused.responder.refuse();
    expect(ladder(refused.frames).at(-1)).toBe('80 [R.] 0 1001 len 0 win 0 ttl 63 id 0 no-ts');
  });

  test('sequence numbers wrap, timestamps can be off', () => {
    const story = new TcpStory({
      ...ENDS,
      timestamps: false,
      ends: { originator: { isn: 0xffff_fffe, ipId: 0xffff } },
    });
    story.handshake().originator.send('four');
    story.originator.retransmit(story.originator.send('more'));
    expect(ladder(story.frames).map((line) => line.replace(/ win.*id/, ' id'))).toEqual([
      '51000 [S] 4294967294 0 len 0 id 0 no-ts',
      '80 [S.] 1000080 4294967295 len 0 id 20081 no-ts',
      '51000 [.] 4294967295 1000081 len 0 id 1 no-ts',
      '51000 [P.] 4294967295 1000081 len 4 id 2 no-ts',
      '51000 [P.] 3 1000081 len 4 id 3 no-ts',
      '51000 [P.] 3 1000081 len 4 id 4 no-ts',
    ]);
  });

  test('lost segments leave no frame, but count', () => {
    const story = new TcpStory(ENDS).handshake();
    story.lose(story.originator.send('unseen'));
    story.responder.ack();
    expect(story.frames.map(({ frameNumber }) => frameNumber)).toEqual([1, 2, 3, 4]);
    expect(ladder(story.frames).at(-1)).toMatch(/^80 \[\.\] 5001 1007 /);
    expect(() => story.lose({ from: story.originator, tsUs: 0, spec: { ...ENDS_SPEC } })).toThrow(RangeError);
  });

  test('reordered segments change places, not times', () => {
    const story = new TcpStory({ ...ENDS, startUs: 0 });
    const first = story.originator.send('a');
    const second = story.wait(5).originator.send('b');
    story.reorder(second, first);
    expect(story.frames.map(({ tsUs }) => tsUs)).toEqual([0, 5100]);
    expect(ladder(story.frames).map((line) => line.slice(0, 15))).toEqual(['51000 [P.] 1001', '51000 [P.] 1000']);
  });

  test('initial sequence numbers go on with the clock (RFC 9293 section 3.4.1)', () => {
    const { ends: _, ...plain } = ENDS;
    const first = new TcpStory(plain);
    const again = new TcpStory({ ...plain, startUs: first.nowUs + 1_000_000 });
    expect(again.originator.isn - first.originator.isn).toBe(250_000);
    expect(new TcpStory({ ...plain, startUs: 0 }).originator.isn).toBeGreaterThanOrEqual(0);
  });

  test('IPv6, and addresses that are none', () => {
    const story = new TcpStory({ originator: '[2001:db8::1]:51000', responder: '[2001:db8::2]:443' });
    expect(ladder(story.handshake().frames)[1]).toMatch(/^443 \[S\.\] 1000443 1051001 .* id -1 ts$/);
    const wrong = new TcpStory({ originator: 'localhost:1', responder: '10.0.0.2:2' }).handshake();
    expect(() => wrong.frames).toThrow(RangeError);
  });
});

const ENDS_SPEC = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, flags: 0 };
