/** The end of a log, as text of one character a byte. */
import { open } from 'node:fs/promises';

/** Bytes at the end of the log that are looked at. */
const TAIL_LEN = 1 << 20;

export async function readTail(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_LEN);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}
