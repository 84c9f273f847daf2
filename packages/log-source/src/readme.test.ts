/** The example of README.md, run as it stands but for its paths. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeTempDir, waitUntil } from '@resetscope/testkit';
import { LogSet, parseLogSpec } from './index.ts';
import { Collected } from './testing/collected.ts';

test('the README example', async () => {
  const dir = await makeTempDir('resetscope-readme-');
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const code = (/```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').replace(/^import .*\n/, '');
  const here = code.replaceAll(/\/var\/log\/nginx|\/var\/lib\/resetscope|\/srv\/cn/g, dir.path);
  const seen: unknown[] = [];
  const collected = new Collected();
  writeFileSync(join(dir.path, 'error.log'), '');
  const run = new Function(
    ...['LogSet', 'parseLogSpec', 'events', 'followEvents', 'handle'],
    `return (async () => {${here}\nreturn logs;})();`,
  );
  const logs: LogSet = await run(
    ...[LogSet, parseLogSpec, collected, collected.consumer().events],
    async (_fileId: string, offset: number, bytes: Uint8Array, zone: string | undefined) => {
      seen.push([offset, Buffer.from(bytes).toString(), zone]);
    },
  );
  appendFileSync(join(dir.path, 'error.log'), 'a line\n');
  await waitUntil(() => seen.length > 0, { what: 'the line' });
  await logs.stop();
  await dir.remove();
  expect(seen).toEqual([[0, 'a line', 'Asia/Shanghai']]);
});
