import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as diagnosis from './index.ts';
import { lineOf, lineText } from './testing/log-text.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

test('the example of the README runs', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = (/```ts\n(.*?)```/s.exec(readme)?.[1] ?? '').replace(/^import .*$/gm, '');
  const get = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
  const streams = [
    new StreamBuilder({ startUs: 1_795_325_712_000_000 }).open().exchange(get, ok).rst('originator').build(),
  ];
  const printed: string[] = [];
  const given = { raw: lineText({}), entry: lineOf({}).entry, streams, print: (line: string) => printed.push(line) };
  new Function(...Object.keys(diagnosis), ...Object.keys(given), example)(
    ...Object.values(diagnosis),
    ...Object.values(given),
  );
  expect(printed).toEqual([
    'client-rst-after-complete: Client 10.0.0.1 reset the idle connection after the complete response to GET /a. ' +
      'The request was answered 200 and every byte of the answer was acknowledged.',
  ]);
});
