/**
 * `node capture-cap.mjs FOLDER INTERFACE SNAPLEN BUFFERLEN`: npm `cap`, installed in FOLDER, the way its README says, counting
 * TCP packets and no more. Prints `ready`, and at SIGTERM how many it has seen; it cannot say what it lost.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, device, snapLen, bufferLen] = process.argv.slice(2);
const { Cap } = createRequire(join(folder, 'package.json'))('cap');

const cap = new Cap();
const buffer = Buffer.alloc(Number(snapLen));
let packets = 0;
cap.open(device, 'tcp', Number(bufferLen), buffer);
// It writes into this memory without holding it: who lets go of the buffer sees the heap destroyed.
cap.buffer = buffer;
cap.setMinBytes?.(0);
cap.on('packet', () => {
  packets++;
});
process.once('SIGTERM', () => {
  process.stdout.write(`${packets} packets\n`);
  cap.close();
});
process.stdout.write('ready\n');
