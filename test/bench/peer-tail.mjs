/**
 * `node peer-tail.mjs tail|tail-file|follow FILE`: follows FILE from its beginning with a package of the npm registry, the way its
 * README says, or with the follower alone, and prints the connection number of every line that tells of a reset.
 */
import { createInterface } from 'node:readline';
import TailFile from '@logdna/tail-file';
import { Follower } from '@resetscope/follow';
import { mayBeOfInterest } from '@resetscope/nginx-log';
import { Tail } from 'tail';

const NEEDLE = 'reset by peer';
const NUMBER = /: \*(\d+) /;

const [tool, path] = process.argv.slice(2);
let waiting = '';

function lineRead(line) {
  if (!line.includes(NEEDLE)) return;
  if (waiting === '') setImmediate(flush);
  waiting += `${NUMBER.exec(line)?.[1]}\n`;
}

function flush() {
  process.stdout.write(waiting);
  waiting = '';
}

async function follow() {
  const events = new Proxy({}, { get: () => () => undefined });
  const checkpoint = { load: async () => ({ kind: 'none' }), save: async () => undefined };
  const follower = new Follower({ path, checkpoint, events, from: 'beginning', wanted: mayBeOfInterest });
  await follower.start();
  for await (const batch of follower.batches()) {
    for (const { bytes } of batch.lines) lineRead(Buffer.from(bytes).toString('latin1'));
    void batch.commit();
  }
}

if (tool === 'follow') await follow();
else if (tool === 'tail') {
  const tail = new Tail(path, { fromBeginning: true });
  tail.on('line', lineRead);
  tail.on('error', (error) => process.stderr.write(`${error}\n`));
} else {
  const tail = new TailFile(path, { startPos: 0 });
  tail.on('tail_error', (error) => process.stderr.write(`${error}\n`));
  await tail.start();
  createInterface({ input: tail, crlfDelay: Number.POSITIVE_INFINITY }).on('line', lineRead);
}
