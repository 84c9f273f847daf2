/** The example of README.md, run as it stands, but for giving up the rights of the process that runs the tests. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from '@jest/globals';
import { canCapture, freePort, waitUntil } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { openAfPacket } from './af-packet-source.ts';

testIf(canCapture(), 'needs CAP_NET_RAW')('the README example', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const port = await freePort();
  let untilUs = Number.POSITIVE_INFINITY;
  const traffic = async (): Promise<void> => {
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    untilUs = Date.now() * 1000;
  };
  const printed: string[] = [];
  const names = ['openAfPacket', 'dropPrivileges', 'port', 'traffic', 'until', 'print'];
  const run = new Function(...names, `return (async () => {${example}})();`);
  const given = [
    openAfPacket,
    async () => undefined,
    port,
    traffic,
    () => untilUs,
    (line: string) => printed.push(line),
  ];
  await run(...given);
  await waitUntil(() => printed.includes('0 dropped'), { what: 'the example to end' });
  expect(printed).toEqual(['lo is up', '74 bytes on interface 1', '54 bytes on interface 1', '0 dropped']);
});
