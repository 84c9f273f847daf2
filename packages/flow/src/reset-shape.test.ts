import { describe, expect, test } from '@jest/globals';
import type { Oddity, TcpStory } from '@resetscope/testkit';
import { TcpFlag } from '@resetscope/wire';
import { storyOf, streamOf } from '../test-data/follow.ts';
import type { Ending } from './tcp-stream.ts';

/** The story's only reset. */
function resetOf(story: TcpStory): Ending {
  const [reset] = streamOf(story).endings.filter((e) => e.kind === 'rst');
  if (reset === undefined) throw new RangeError('expected a reset in the story');
  return reset;
}

function asked(): TcpStory {
  const story = storyOf().handshake();
  story.originator.send('GET / HTTP/1.1\r\n\r\n');
  story.responder.ack();
  return story;
}

describe('shape', () => {
  test.each<{ name: string; shape: string; tell: (story: TcpStory) => unknown }>([
    { name: 'a socket that aborts', shape: 'active', tell: (s) => s.responder.rst() },
    { name: 'with a window of 0', shape: 'active', tell: (s) => s.responder.rst({ window: 0 }) },
    { name: 'after its own FIN', shape: 'active', tell: (s) => [s.responder.fin(), s.responder.rst()] },
    { name: 'a host without the socket', shape: 'stateless', tell: (s) => s.responder.statelessRst() },
    {
      name: 'that answers an older ACK',
      shape: 'stateless',
      tell: (s) => [
        s.responder.send('1'),
        s.originator.ack(),
        s.responder.send('2'),
        s.originator.ack(),
        s.responder.statelessRst({ seq: 5002 }),
      ],
    },
    {
      name: 'after its FIN was acknowledged',
      shape: 'stateless',
      tell: (s) => [s.responder.fin(), s.originator.ack(), s.originator.send('late'), s.responder.statelessRst()],
    },
    { name: 'no timestamps where the flow has them', shape: 'foreign', tell: (s) => s.responder.rst({ options: [] }) },
    { name: 'ahead of what was sent', shape: 'foreign', tell: (s) => s.responder.rst({ seq: 6461 }) },
    {
      name: 'behind what was sent',
      shape: 'foreign',
      tell: (s) => [s.responder.send('HTTP/1.1 200'), s.responder.rst({ seq: 5001 })],
    },
    { name: 'bare, with a window', shape: 'foreign', tell: (s) => s.responder.statelessRst({ window: 512 }) },
    {
      name: 'bare, with options',
      shape: 'foreign',
      tell: (s) => s.responder.statelessRst({ options: [{ kind: 'mss', value: 1 }] }),
    },
    {
      name: 'bare, beyond what was acknowledged',
      shape: 'foreign',
      tell: (s) => [s.responder.send('unacked'), s.responder.statelessRst({ seq: 5008 })],
    },
    { name: 'bare, before the first byte', shape: 'foreign', tell: (s) => s.responder.statelessRst({ seq: 5000 }) },
    {
      name: 'ahead, where the capture lost a segment',
      shape: 'active',
      tell: (s) => [
        s.lose(s.responder.send('HTTP/1.1 200')),
        s.originator.ack(),
        s.lose(s.responder.send('more')),
        s.responder.rst(),
      ],
    },
  ])('$shape: $name', ({ shape, tell }) => {
    const story = asked();
    tell(story);
    expect(resetOf(story).shape).toBe(shape);
  });

  test('refuse: the answer to a SYN', () => {
    const story = storyOf();
    story.originator.syn();
    story.responder.refuse();
    expect(resetOf(story).shape).toBe('refuse');
  });

  test('refuse: the answer to a SYN that carries data (RFC 7413)', () => {
    const story = storyOf();
    story.originator.send('fast open', { flags: TcpFlag.SYN, ack: 0 });
    story.responder.refuse({ ack: 1010 });
    expect(resetOf(story).shape).toBe('refuse');
  });

  test('a half-open probe answers the SYN+ACK without a socket', () => {
    const story = storyOf();
    story.originator.syn();
    story.responder.synAck();
    story.originator.statelessRst();
    expect(resetOf(story)).toMatchObject({ shape: 'stateless', from: 'originator', relativeSeq: 1 });
  });

  test('numbers that wrap', () => {
    const story = storyOf({ ends: { responder: { isn: 0xffff_fffd } } }).handshake();
    story.responder.send('HTTP/1.1 200');
    story.originator.ack();
    story.responder.rst();
    expect(resetOf(story)).toMatchObject({ shape: 'active', relativeSeq: 13 });
  });

  test('a capture that begins with the reset knows nothing to the contrary', () => {
    const story = storyOf();
    story.responder.rst({ seq: 777, ack: 888 });
    expect(resetOf(story)).toMatchObject({ shape: 'active', ttlMatches: null, optionsMatch: null, ipIdFollows: null });
  });
});

describe('habits', () => {
  test('a reset of the flow itself follows all of them', () => {
    const story = asked();
    story.responder.rst();
    const expected = { windowGrew: false, ttlMatches: true, optionsMatch: true, ipIdFollows: true };
    expect(resetOf(story)).toMatchObject(expected);
  });

  test.each<{ name: string; oddity: Oddity; expected: Partial<Ending> }>([
    { name: 'TTL', oddity: { ttl: 58 }, expected: { ttlMatches: false } },
    { name: 'options', oddity: { options: [] }, expected: { optionsMatch: false } },
    { name: 'IP ID', oddity: { ipId: 30_000 }, expected: { ipIdFollows: false } },
    { name: 'window from 502 to 602: under 20 %', oddity: { window: 602 }, expected: { windowGrew: false } },
    { name: 'window from 502 to 603: unread data', oddity: { window: 603 }, expected: { windowGrew: true } },
    { name: 'window 0', oddity: { window: 0 }, expected: { windowGrew: false } },
  ])('$name', ({ oddity, expected }) => {
    const story = asked();
    story.responder.rst(oddity);
    expect(resetOf(story)).toMatchObject(expected);
  });

  test('a window that grew from 0', () => {
    const story = asked();
    story.originator.ack({ window: 0 });
    story.originator.rst({ window: 21 });
    expect(resetOf(story).windowGrew).toBe(true);
  });

  test('IP ID 65535 is followed by 0', () => {
    const story = storyOf({ ends: { responder: { ipId: 0xffff - 2 } } }).handshake();
    story.originator.send('x');
    story.responder.ack();
    story.responder.rst();
    expect(resetOf(story)).toMatchObject({ ipId: 0, ipIdFollows: true });
  });

  test('IPv6 has no IP ID; a second reset is not compared with the first', () => {
    const story = storyOf({ originator: '[2001:db8::1]:51000', responder: '[2001:db8::2]:80' });
    story.originator.syn();
    story.responder.rst({ options: [] });
    story.responder.rst({ ttl: 1, options: [] });
    expect(streamOf(story).endings.map((e) => [e.ipIdFollows, e.ttlMatches, e.optionsMatch])).toEqual([
      [null, null, null],
      [null, null, null],
    ]);
  });
});
