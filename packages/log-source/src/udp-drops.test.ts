import { expect, test } from '@jest/globals';
import { dropsIn } from './udp-drops.ts';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 1234: 0100007F:158A 00000000:0000 07 00000000:00034100 00:00000000 00000000     0        0 4711 2 0000000000000000 171
 1235: 0100007F:158B 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4712 2 0000000000000000 9
`;

test.each([
  { port: 5514, drops: 171 },
  { port: 5515, drops: 9 },
  { port: 1, drops: 0 },
])('port $port: $drops', ({ port, drops }) => expect(dropsIn(TABLE, port)).toBe(drops));
