import { expect, test } from '@jest/globals';
import { judgeTraffic } from './traffic-check.ts';

const on = (packets: Readonly<Record<string, number>>): ReadonlyMap<string, number> => new Map(Object.entries(packets));

test.each([
  {
    name: 'seen there',
    wanted: 'eth0',
    packets: on({ eth0: 3, lo: 1 }),
    status: 'ok',
    says: "3 packets of nginx's ports 80, 443",
  },
  {
    name: 'any counts all',
    wanted: 'any',
    packets: on({ eth0: 3, lo: 1 }),
    status: 'ok',
    says: "4 packets of nginx's ports 80, 443",
  },
  {
    name: 'seen elsewhere',
    wanted: 'eth0',
    packets: on({ lo: 1 }),
    status: 'warn',
    says: "no packets of nginx's ports 80, 443, but on lo",
  },
  {
    name: 'nowhere',
    wanted: 'any',
    packets: on({}),
    status: 'warn',
    says: "no packets of nginx's ports 80, 443 in 2 s",
  },
])('$name: $status', ({ wanted, packets, status, says }) => {
  expect(judgeTraffic(wanted, packets, [80, 443], 2)).toMatchObject({ id: 'interface-traffic', status, message: says });
});

test('names the interfaces to take, and few ports of many', () => {
  expect(judgeTraffic('eth0', on({ lo: 1 }), [], 2)).toHaveProperty('fix', 'take --interface lo, or --interface any');
  const ports = Array.from({ length: 20 }, (_, at) => at + 1);
  expect(judgeTraffic('any', on({}), ports, 2).message).toContain('ports 1, 2, 3, 4, 5, 6 and 14 more');
});
