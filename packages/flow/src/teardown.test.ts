import { describe, expect, test } from '@jest/globals';
import type { TcpStory } from '@resetscope/testkit';
import { storyOf, streamOf } from '../test-data/follow.ts';
import type { TeardownName } from './teardown.ts';

function exchanged(story: TcpStory): TcpStory {
  story.handshake().originator.send('GET / HTTP/1.1\r\n\r\n');
  story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
  story.originator.ack();
  return story;
}

/** Every name has a story; A is the originator, B the responder. */
const STORIES: readonly {
  readonly name: TeardownName;
  readonly how: string;
  readonly tell: (s: TcpStory) => unknown;
}[] = [
  {
    name: 'four-way',
    how: 'A first',
    tell: (s) => [s.originator.fin(), s.responder.ack(), s.responder.fin(), s.originator.ack()],
  },
  {
    name: 'four-way',
    how: 'B first',
    tell: (s) => [s.responder.fin(), s.originator.ack(), s.originator.fin(), s.responder.ack()],
  },
  {
    name: 'four-way',
    how: 'a FIN sent twice',
    tell: (s) => [
      s.originator.retransmit(s.originator.fin()),
      s.responder.ack(),
      s.responder.fin(),
      s.originator.ack(),
    ],
  },
  {
    name: 'three-way-piggyback',
    how: 'FIN+ACK answers the FIN',
    tell: (s) => [s.originator.fin(), s.responder.fin(), s.originator.ack()],
  },
  {
    name: 'fin-on-data',
    how: 'of the first',
    tell: (s) => [s.originator.fin('bye'), s.responder.ack(), s.responder.fin(), s.originator.ack()],
  },
  {
    name: 'simultaneous',
    how: 'neither acknowledges the other FIN',
    tell: (s) => [s.originator.fin(), s.responder.fin('', { ack: 1019 }), s.originator.ack(), s.responder.ack()],
  },
  {
    name: 'half-close-data',
    how: 'B goes on',
    tell: (s) => [
      s.originator.fin(),
      s.responder.ack(),
      s.responder.send('more'),
      s.originator.ack(),
      s.responder.fin(),
      s.originator.ack(),
    ],
  },
  {
    name: 'half-close-data',
    how: 'B goes on with its FIN',
    tell: (s) => [s.originator.fin(), s.responder.fin('more'), s.originator.ack()],
  },
  { name: 'half-close-unfinished', how: 'B only acknowledges', tell: (s) => [s.originator.fin(), s.responder.ack()] },
  { name: 'half-close-unfinished', how: 'B only sends', tell: (s) => [s.originator.fin(), s.responder.send('more')] },
  {
    name: 'fin-then-rst-same-side',
    how: 'shutdown, then close',
    tell: (s) => [s.originator.fin(), s.originator.rst()],
  },
  {
    name: 'fin-then-rst-answer',
    how: 'late data meets a closed socket',
    tell: (s) => [s.originator.fin(), s.responder.send('late'), s.originator.statelessRst()],
  },
  {
    name: 'fin-then-rst-other-side',
    how: 'B resets',
    tell: (s) => [s.originator.fin(), s.responder.ack(), s.responder.rst()],
  },
  { name: 'rst-only-active', how: 'B aborts', tell: (s) => s.responder.rst() },
  {
    name: 'rst-only-active',
    how: 'two of B, one of A',
    tell: (s) => [s.responder.rst(), s.originator.statelessRst(), s.responder.statelessRst()],
  },
  { name: 'rst-only-stateless', how: 'B forgot', tell: (s) => [s.originator.send('x'), s.responder.statelessRst()] },
  {
    name: 'rst-storm',
    how: 'one for each late segment',
    tell: (s) => [
      s.originator.rst(),
      ...['1', '2'].map((text) => [s.responder.send(text), s.originator.statelessRst()]),
    ],
  },
  {
    name: 'rst-then-data',
    how: 'the real A goes on',
    tell: (s) => [s.originator.rst({ ttl: 40 }), s.originator.send('alive')],
  },
  { name: 'timeout-silent', how: 'five retransmissions', tell: (s) => unanswered(s, 5) },
  { name: 'open', how: 'four retransmissions', tell: (s) => unanswered(s, 4) },
  { name: 'open', how: 'five, and an answer', tell: (s) => [unanswered(s, 5), s.responder.ack()] },
  { name: 'open', how: 'nothing more', tell: () => undefined },
];

function unanswered(story: TcpStory, times: number): void {
  const lost = story.originator.send('anybody?');
  for (let i = 0; i < times; i++) story.wait(200 << i).originator.retransmit(lost);
}

describe('teardown of a connection with an exchange', () => {
  test.each(STORIES)('$name: $how', ({ name, tell }) => {
    const story = exchanged(storyOf());
    tell(story);
    expect(streamOf(story).teardown).toBe(name);
  });

  test('numbers that wrap', () => {
    const story = exchanged(storyOf({ ends: { originator: { isn: 0xffff_fff0 }, responder: { isn: 0xffff_ffff } } }));
    story.originator.fin();
    story.responder.fin();
    story.originator.ack();
    expect(streamOf(story).teardown).toBe('three-way-piggyback');
  });
});

describe('without an exchange', () => {
  test.each<{ name: TeardownName; how: string; tell: (s: TcpStory) => unknown }>([
    { name: 'never-opened', how: 'only a SYN', tell: (s) => s.originator.syn() },
    { name: 'never-opened', how: 'refused', tell: (s) => [s.originator.syn(), s.responder.refuse()] },
    {
      name: 'never-opened',
      how: 'a half-open probe',
      tell: (s) => [s.originator.syn(), s.responder.synAck(), s.originator.statelessRst()],
    },
    { name: 'never-opened', how: 'a lone RST', tell: (s) => s.originator.rst() },
    { name: 'rst-only-active', how: 'connect and reset', tell: (s) => [s.handshake(), s.originator.rst()] },
    {
      name: 'rst-only-active',
      how: 'an idle connection that began before the capture',
      tell: (s) => [s.lose(s.originator.syn(), s.responder.synAck()), s.originator.ack(), s.originator.rst()],
    },
    {
      name: 'open',
      how: 'the same, left alone',
      tell: (s) => [s.lose(s.originator.syn(), s.responder.synAck()), s.originator.ack()],
    },
    { name: 'half-close-unfinished', how: 'only a FIN is in the capture', tell: (s) => s.originator.fin() },
  ])('$name: $how', ({ name, tell }) => {
    const story = storyOf();
    tell(story);
    expect(streamOf(story).teardown).toBe(name);
  });
});
