import { describe, expect, test } from '@jest/globals';
import { TcpFlag } from '@resetscope/wire';
import { History } from './history.ts';

const { SYN, ACK, PSH, FIN, RST } = TcpFlag;

type Step = readonly [half: 0 | 1, flags: number, payloadLen?: number, seq?: number];

function historyOf(steps: readonly Step[]): History {
  const history = new History();
  for (const [half, flags, payloadLen = 0, seq = 0] of steps) history.packet({ flags, seq, payloadLen }, half);
  return history;
}

describe('packets', () => {
  test.each<{ name: string; steps: readonly Step[]; text: string }>([
    {
      name: 'a whole connection',
      steps: [
        [0, SYN],
        [1, SYN | ACK],
        [0, ACK],
        [0, PSH | ACK, 5],
        [1, ACK],
        [1, ACK, 9],
        [0, FIN | ACK],
        [1, FIN | ACK],
      ],
      text: 'ShADadFf',
    },
    {
      name: 'each letter once',
      steps: [
        [0, ACK],
        [0, ACK],
        [1, ACK],
        [0, ACK, 1, 1],
        [0, ACK, 1, 9],
      ],
      text: 'AaD',
    },
    {
      name: 'S, H, F and R again for another number',
      steps: [
        [0, SYN, 0, 1],
        [0, SYN, 0, 1],
        [0, SYN, 0, 2],
        [1, RST, 0, 5],
        [1, RST, 0, 5],
        [1, RST, 0, 6],
      ],
      text: 'SSrr',
    },
    {
      name: 'a FIN counts from its end',
      steps: [
        [0, FIN, 4, 10],
        [0, FIN, 0, 14],
        [0, FIN, 0, 15],
      ],
      text: 'FF',
    },
    { name: 'payload beside a FIN has no letter', steps: [[0, FIN | ACK, 7]], text: 'F' },
    {
      name: 'nonsense',
      steps: [
        [0, SYN | FIN],
        [0, SYN | RST],
        [1, FIN | RST],
        [1, SYN | FIN | RST],
      ],
      text: 'Qi',
    },
    {
      name: 'no flags, no payload',
      steps: [
        [0, 0],
        [1, PSH],
      ],
      text: '',
    },
  ])('$name', ({ steps, text }) => {
    expect(historyOf(steps).for(0)).toBe(text);
  });

  test('turned round', () => {
    expect(
      historyOf([
        [0, SYN | ACK],
        [1, ACK],
        [0, ACK, 5],
      ]).for(1),
    ).toBe('^hAd');
  });

  test('a storm of resets is bounded', () => {
    const steps = Array.from({ length: 1000 }, (_, seq): Step => [0, RST, 0, seq]);
    expect(historyOf(steps).for(0)).toBe('R'.repeat(64));
  });
});

test('counted letters come at powers of ten, for each side apart', () => {
  const history = new History();
  for (let i = 0; i < 150; i++) history.count('T', 0);
  for (let i = 0; i < 10; i++) history.count('W', 1);
  history.count('G', 1);
  expect(history.for(0)).toBe('TTTwwg');
});
