import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { postIncident } from '../test-data/incidents.ts';
import { logLineParts, shownLine } from './log-line.ts';

const marked = (incident: Parameters<typeof logLineParts>[0]): readonly string[] =>
  logLineParts(incident)
    .filter((part) => part.field !== null)
    .map((part) => `${part.field}: ${part.text}`);

describe('logLineParts', () => {
  test('marks what the match rests on', () => {
    expect(marked(postIncident)).toEqual([
      'stamp: 2026/11/22 07:55:15',
      'errno: (104: Connection reset by peer)',
      'action: while sending to client',
      'client: 10.255.252.61',
      'request: POST /weixin/sync2851',
      'upstream: http://10.9.8.191:3000/weixin/sync2851',
      'host: www.shop.test',
    ]);
  });

  test('a field that the line does not have is not marked', () => {
    const line = {
      ...postIncident.line,
      raw: '2026/11/22 07:55:15 [info] 1#1: *2 client 10.0.0.1 closed keepalive connection',
    };
    expect(marked({ ...postIncident, line })).toEqual(['stamp: 2026/11/22 07:55:15']);
  });

  test('the parts are the line, whatever the line and the fields', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, (raw, client, target) => {
        const parts = logLineParts({
          line: { ...postIncident.line, raw: `${raw}client: ${client}, request: "${target}"` },
          client,
          upstream: null,
          request: { method: null, target, host: '' },
        });
        expect(parts.map((part) => part.text).join('')).toBe(`${raw}client: ${client}, request: "${target}"`);
      }),
    );
  });
});

test('a line longer than any of nginx is counted, not shown to its end', () => {
  expect(shownLine({ raw: 'x'.repeat(4096) })).toBe('x'.repeat(4096));
  expect(shownLine({ raw: 'x'.repeat(5000) })).toBe(`${'x'.repeat(4096)}… 904 more bytes`);
});
