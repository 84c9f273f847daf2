/** tcpreplay: frames from memory onto the wire, as they are and as fast as it can. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NetworkNamespace } from '@resetscope/capture/testing';
import { makeTempDir } from '@resetscope/testkit';
import { LinkType, writePcap } from '@resetscope/wire';

/** Resolves when the last frame is on the wire. loops: how often all of them are sent. @throws Error when one could not be sent. */
export async function replay(
  namespace: NetworkNamespace,
  device: string,
  frames: readonly Uint8Array[],
  loops = 1,
): Promise<void> {
  const temp = await makeTempDir('resetscope-replay-');
  try {
    const file = join(temp.path, 'frames.pcap');
    const records = frames.map((bytes) => ({ tsUs: 0, wireLen: bytes.length, bytes }));
    await writeFile(file, writePcap(records, { linkType: LinkType.ETHERNET }));
    const args = ['--topspeed', '--preload-pcap', '--no-flow-stats', `--loop=${loops}`, `--intf1=${device}`, file];
    const { stdout } = await namespace.enter(() => promisify(execFile)('tcpreplay', args));
    const sent = Number(/Successful packets:\s+(\d+)/.exec(stdout)?.[1]);
    if (sent !== frames.length * loops)
      throw new Error(`expected ${frames.length * loops} packets to be sent: ${stdout}`);
  } finally {
    await temp.remove();
  }
}

/** A copy of an Ethernet frame that carries a number instead of its source address: 02 00, then 32 bits. */
export function numberFrame(frame: Uint8Array, number: number): Uint8Array {
  const copy = Buffer.from(frame);
  copy.writeUInt16BE(0x0200, 6);
  copy.writeUInt32BE(number, 8);
  return copy;
}

/** Of a frame that numberFrame made, or of what was kept of it. */
export function frameNumber(frame: Uint8Array): number {
  return Buffer.from(frame).readUInt32BE(8);
}
