import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as wire from './index.ts';

test('the example of the README runs', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const bytes = wire.buildTcpFrame({
    src: '10.0.0.1',
    dst: '10.0.0.2',
    srcPort: 51234,
    dstPort: 80,
    flags: 0x14,
    ttl: 63,
  });
  const file = wire.writePcap([{ tsUs: 0, wireLen: bytes.length, bytes }], { linkType: wire.LinkType.ETHERNET });
  const printed: string[] = [];
  const names = [...Object.keys(wire), 'chunks', 'print'];
  const values = [
    ...Object.values(wire),
    [file.subarray(0, 30), file.subarray(30)],
    (line: string) => printed.push(line),
  ];
  const summary = new Function(...names, `${example}; return { frames, truncatedAt, error };`)(...values);
  expect(printed).toEqual(['frame 1: [R.] from 10.0.0.1:51234, ttl 63']);
  expect(summary).toEqual({ frames: 1, truncatedAt: null, error: null });
});
