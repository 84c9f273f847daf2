/** The example of README.md, run as it stands. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as nginxLog from './index.ts';

test('the README example', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const block = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const [importStatement = '', nameList = ''] = /^import \{([^}]*)\}.*\n/.exec(block) ?? [];
  const names = nameList
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const run = new Function(...names, `${block.slice(importStatement.length)}\nreturn answer;`);
  const exported: Readonly<Record<string, unknown>> = nginxLog;
  expect(run(...names.map((name) => exported[name]))).toEqual({
    kind: 'reset-recv',
    errno: 104,
    side: 'client',
    because: 'nginx logs client sockets at level info',
    upstream: 'http://10.0.1.2:9000/pay',
    target: '/pay',
  });
});
