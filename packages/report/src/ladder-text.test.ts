import { describe, expect, test } from '@jest/globals';
import { hostileIncident, postIncident } from '../test-data/incidents.ts';
import { ladderHeads } from './ladder-heads.ts';
import { formatLadder } from './ladder-text.ts';

const heads = ladderHeads(postIncident);

describe('formatLadder', () => {
  test('draws packets, notes, silence and reset', () => {
    const rows = postIncident.ladder.filter((row) => [486, 528, 536, 543].includes(row.frame ?? 0));
    const folded = { ...rows[0]!, kind: 'folded' as const, frame: null, label: '12 packets, 8,760 bytes', atUs: 90 };
    expect(formatLadder([rows[0]!, folded, ...rows.slice(1)], heads, { color: false, width: 80 })).toBe(
      [
        '   frame        time  client 10.255.252.61:56576             nginx 10.4.37.69:80',
        '     486    0.040 ms  │◀─ [S.] seq 0, ack 1 ───────────────────────────────────│',
        '            0.090 ms  │◀┄ … 12 packets, 8,760 bytes … ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄│',
        '     528   24.374 ms  │◀─ [F.] seq 356, ack 207 ───────────────────────────────│',
        '                      │   ↳ nginx closed its side with a FIN straight after    │',
        '                      │     the response: Connection: close.                   │',
        '     536   67.713 ms  │── [.] seq 207, ack 357 ───────────────────────────────▶│',
        '                      ┊                    … 260 ms idle …                     ┊',
        '     543  328.002 ms  │── RST [R.] seq 207, ack 357 ──────────────────────────▶│',
        '                      │   ↳ The client answered the FIN with RST+ACK instead   │',
        '                      │     of FIN, 304 ms later; the window did not grow, so  │',
        '                      │     nothing was left unread.                           │',
      ].join('\n'),
    );
  });

  test.each([40, 60, 80, 100, 200])('every line is as wide as asked, 60 to 120: width %d', (width) => {
    for (const ladder of [postIncident.ladder, hostileIncident().ladder]) {
      const lines = formatLadder(ladder, heads, { color: false, width }).split('\n');
      expect(new Set(lines.slice(1).map((line) => line.length))).toEqual(new Set([Math.min(Math.max(width, 60), 120)]));
    }
  });

  test('colour adds escape sequences and nothing else', () => {
    const plain = formatLadder(postIncident.ladder, heads, { color: false, width: 90 });
    const painted = formatLadder(postIncident.ladder, heads, { color: true, width: 90 });
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
    expect(painted).not.toBe(plain);
    expect(painted.replace(escapes, '')).toBe(plain);
  });

  test('no rows, no drawing', () => {
    expect(formatLadder([], heads, { color: true, width: 80 })).toBe('');
  });
});
