/** CPU per line of the follower alone: a million lines, read to the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCheckpointStore, Follower } from '@resetscope/follow';

const LINES = 1_000_000;
const line = (number) => `2026/11/22 06:35:12 [info] 7#7: *${number} client 10.0.0.1 closed keepalive connection\n`;

export const follow = {
  about: 'log follower alone: CPU per line',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'resetscope-bench-'));
    try {
      const path = join(folder, 'error.log');
      writeFileSync(path, Array.from({ length: LINES }, (_, number) => line(number)).join(''));
      const events = new Proxy({}, { get: () => () => undefined });
      const checkpoint = new FileCheckpointStore(join(folder, 'state', 'checkpoint.json'));
      const follower = new Follower({ path, checkpoint, events, from: 'beginning' });
      await follower.start();
      const before = process.cpuUsage();
      let lines = 0;
      for await (const batch of follower.batches()) {
        lines += batch.lines.length;
        void batch.commit();
        if (lines === LINES) break;
      }
      const { user, system } = process.cpuUsage(before);
      await follower.stop();
      return { lines, cpuUsPerLine: Math.round(((user + system) / lines) * 100) / 100 };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
