import { describe, expect, test } from '@jest/globals';
import { TcpFlag } from '@resetscope/wire';
import { ConnectionCounts } from './connection-counts.ts';

const { SYN, ACK, FIN, RST } = TcpFlag;

/** `>` from the opener, `<` from the acceptor; S, SA, F, R, A for an acknowledgement, D for data. */
function countsAfter(story: string, counts = new ConnectionCounts(), openerDirection = 0): ConnectionCounts {
  counts.begin(5);
  for (const step of story.split(' ')) {
    const direction = step.startsWith('>') ? openerDirection : 1 - openerDirection;
    const what = step.slice(1);
    if (what === 'D') counts.data(5, direction);
    else if (what === 'A') counts.acknowledged(5, direction);
    else {
      const flags = { S: SYN, SA: SYN | ACK, F: FIN | ACK, R: RST, RA: RST | ACK }[what] as number;
      counts.control(5, direction, flags);
    }
  }
  return counts;
}

const HANDSHAKE = '>S <SA >A';

describe('ConnectionCounts', () => {
  test.each([
    { story: '>S <RA', kind: 'rst', by: 'acceptor', phase: 'handshake' },
    { story: '>S <SA >R', kind: 'rst', by: 'opener', phase: 'handshake' },
    { story: `${HANDSHAKE} <F`, kind: 'fin', by: 'acceptor', phase: 'no-data' },
    { story: `${HANDSHAKE} >D <R`, kind: 'rst', by: 'acceptor', phase: 'after-request' },
    { story: `${HANDSHAKE} >D <D >F <F`, kind: 'fin', by: 'opener', phase: 'after-response' },
    { story: `${HANDSHAKE} >D <D >D >F`, kind: 'fin', by: 'opener', phase: 'after-request' },
    { story: `${HANDSHAKE} >D <D <F >R`, kind: 'fin', by: 'acceptor', phase: 'after-response' },
    { story: '>S >S <SA <SA >D >R >R', kind: 'rst', by: 'opener', phase: 'after-request' },
    { story: '<SA >A >D <D >R', kind: 'rst', by: 'opener', phase: 'after-response' },
  ])('$story: $kind by $by, $phase', ({ story, kind, by, phase }) => {
    for (const openerDirection of [0, 1]) {
      const counts = countsAfter(story, new ConnectionCounts(), openerDirection);
      expect(counts.opened).toBe(1);
      expect([...counts.endings()]).toEqual([{ kind, by, phase, connections: 1 }]);
      expect(counts.hasEnded(5)).toBe(true);
    }
  });

  test('a connection without a captured beginning ends as unknown', () => {
    const counts = countsAfter('>D <D <R');
    expect(counts.opened).toBe(0);
    expect([...counts.endings()]).toEqual([{ kind: 'rst', by: 'unknown', phase: 'unknown', connections: 1 }]);
  });

  test('a new connection on the same ends is another one', () => {
    const counts = countsAfter(`${HANDSHAKE} >D <D >F <F ${HANDSHAKE} >D >R`);
    expect(counts.opened).toBe(2);
    expect([...counts.endings()].map(({ kind, connections }) => [kind, connections])).toEqual([
      ['fin', 1],
      ['rst', 1],
    ]);
  });

  test('a new SYN in a connection that never ended, and a row that is taken away, end it unseen', () => {
    const counts = countsAfter(`${HANDSHAKE} >D <D >S`);
    counts.forget(5);
    expect(counts.opened).toBe(2);
    expect([...counts.endings()]).toEqual([
      { kind: 'none', by: 'unknown', phase: 'handshake', connections: 1 },
      { kind: 'none', by: 'unknown', phase: 'after-response', connections: 1 },
    ]);
  });

  test('opened = ended + live, whatever happens', () => {
    const counts = countsAfter(`${HANDSHAKE} >D <D >F <F`);
    countsAfter(HANDSHAKE, counts);
    const ended = [...counts.endings()].reduce((sum, { connections }) => sum + connections, 0);
    expect(counts.opened).toBe(ended + 1);
  });
});
