/** Nobody follows while logrotate rotates several times: all of it is caught up with, in order, once. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { FollowedLog } from './followed-log.ts';
import { hasLogrotate, Logrotate } from './logrotate.ts';

const BY_SECOND = 'dateext\ndateformat -%Y%m%d-%s';

/** Directives of one rotation after another; the last ones go for all that follow. */
const CASES: readonly { readonly name: string; readonly rotations: readonly string[] }[] = [
  { name: 'numbers', rotations: ['create', 'create', 'create'] },
  { name: 'compress', rotations: ['create\ncompress', 'create\ncompress', 'create\ncompress'] },
  {
    name: 'compress, delaycompress (Debian)',
    rotations: Array(4).fill('create\ncompress\ndelaycompress') as string[],
  },
  { name: 'start 0', rotations: ['create\nstart 0', 'create\nstart 0'] },
  { name: 'copytruncate', rotations: ['copytruncate', 'copytruncate'] },
  { name: 'copytruncate, compress', rotations: ['copytruncate\ncompress', 'copytruncate\ncompress'] },
  { name: 'dateext', rotations: ['create\ndateext'] },
  { name: 'dateext, compress', rotations: ['create\ndateext\ncompress'] },
  {
    name: 'dateext by the hour',
    rotations: ['create\ndateext\ndatehourago\ndateformat -%Y-%m-%d-%H', 'create\ndateext\ndateformat -%Y-%m-%d-%H'],
  },
  {
    name: 'dateext by the second, delaycompress',
    rotations: Array(3).fill(`create\n${BY_SECOND}\ncompress\ndelaycompress`) as string[],
  },
  {
    name: 'dateext with extension, compress',
    rotations: Array(2).fill(`create\n${BY_SECOND}\nextension .log\ncompress`) as string[],
  },
  { name: 'extension, numbers', rotations: Array(2).fill('create\nextension .log') as string[] },
];

describeIf(hasLogrotate, 'logrotate is not installed')('rotations while nobody followed', () => {
  let temp: TempDir;
  let path: string;
  let logs: FollowedLog[];

  beforeEach(async () => {
    temp = await makeTempDir('resetscope-tail-');
    path = join(temp.path, 'error.log');
    logs = [];
  });

  afterEach(async () => {
    for (const log of logs) await log.stop();
    await temp.remove();
  });

  async function follow(): Promise<FollowedLog> {
    const log = await new FollowedLog(path, join(temp.path, 'state', 'checkpoint.json')).start();
    logs.push(log);
    return log;
  }

  test.each(CASES)(
    '$name',
    async ({ rotations }) => {
      const written: string[] = [];
      const write = (count: number): void => {
        for (let number = 0; number < count; number++) {
          written.push(`line ${written.length} of a log that is rotated`);
          appendFileSync(path, `${written.at(-1)}\n`);
        }
      };
      write(3);
      const first = await follow();
      await first.waitFor(3);
      await first.stop();
      write(2);
      const logrotate = new Logrotate(path, temp.path);
      for (const [at, directives] of rotations.entries()) {
        // two rotations of one second would have one name
        if (at > 0 && directives.includes('%s')) await pause(1001 - (Date.now() % 1000));
        await logrotate.rotate(`rotate 14\n${directives}`);
        write(3);
      }
      const second = await follow();
      await second.waitFor(written.length - 3);
      expect([...first.texts, ...second.texts]).toEqual(written);
      expect(second.events.get('linesLost')).toBeUndefined();
      await second.stop();
      write(1);
      const third = await follow();
      await third.waitFor(1);
      expect(third.texts).toEqual([written.at(-1)]);
    },
    30_000,
  );
});
