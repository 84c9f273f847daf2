/** CPU per line of the follower alone, for README.md: node packages/follow/bench/follow.mjs (after npm run build). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCheckpointStore, Follower } from '../dist/index.js';

const LINES = 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'resetscope-bench-'));
const path = join(folder, 'error.log');
const line = (number) => `2026/11/22 06:35:12 [info] 7#7: *${number} client 10.0.0.1 closed keepalive connection\n`;
writeFileSync(path, Array.from({ length: LINES }, (_, number) => line(number)).join(''));

const events = new Proxy({}, { get: () => () => undefined });
const checkpoint = new FileCheckpointStore(join(folder, 'state', 'checkpoint.json'));
const follower = new Follower({ path, checkpoint, events, from: 'beginning' });
await follower.start();
const before = process.cpuUsage();
let count = 0;
for await (const batch of follower.batches()) {
  count += batch.lines.length;
  void batch.commit();
  if (count === LINES) break;
}
const { user, system } = process.cpuUsage(before);
console.log(`${count} lines: ${((user + system) / count).toFixed(2)} us CPU a line`);
rmSync(folder, { recursive: true });
