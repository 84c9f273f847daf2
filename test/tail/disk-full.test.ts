/** The disk with the checkpoints is full for a while: following goes on, the old checkpoint stays whole. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { FollowedLog } from './followed-log.ts';

/** Whether this process may mount: root of a container often may not. */
function canMount(): boolean {
  if (process.geteuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describeIf(canMount(), 'a small disk is made by root only')('a full disk', () => {
  let temp: TempDir;
  let disk: string;
  let path: string;
  let logs: FollowedLog[];

  beforeEach(async () => {
    temp = await makeTempDir('resetscope-tail-');
    disk = join(temp.path, 'disk');
    path = join(temp.path, 'error.log');
    logs = [];
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  });

  afterEach(async () => {
    for (const log of logs) await log.stop();
    execFileSync('umount', [disk]);
    await temp.remove();
  });

  async function follow(): Promise<FollowedLog> {
    const log = await new FollowedLog(path, join(disk, 'checkpoint.json')).start();
    logs.push(log);
    return log;
  }

  const fillDisk = (): void => {
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(1 << 20));
    } catch {
      // ENOSPC, which is what it is for
    }
  };

  test('lines go on and the trouble is told; once there is room again the checkpoint moves', async () => {
    appendFileSync(path, 'one\n');
    const log = await follow();
    await log.waitFor(1);
    fillDisk();
    appendFileSync(path, 'two\n');
    await log.waitFor(2);
    await waitUntil(() => log.events.has('checkpointFailed'), { what: 'a save to fail' });
    rmSync(join(disk, 'ballast'));
    appendFileSync(path, 'three\n');
    await log.waitFor(3);
    await log.stop();
    appendFileSync(path, 'four\n');
    const again = await follow();
    await again.waitFor(1);
    expect(again.texts).toEqual(['four']);
  }, 20_000);

  test('a restart from the old checkpoint repeats lines under their old names', async () => {
    appendFileSync(path, 'one\n');
    const log = await follow();
    await log.waitFor(1);
    await log.stop();
    const full = await follow();
    fillDisk();
    appendFileSync(path, 'two\n');
    await full.waitFor(1);
    await full.stop();
    rmSync(join(disk, 'ballast'));
    const again = await follow();
    await again.waitFor(1);
    expect(again.lines).toEqual(full.lines);
    expect(again.texts).toEqual(['two']);
    expect(again.events.has('checkpointDamaged')).toBe(false);
  }, 20_000);
});
