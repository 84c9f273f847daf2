import { expect, test } from '@jest/globals';
import type { ByteSource } from './byte-source.ts';
import { PieceReader } from './piece-reader.ts';

/** A file in memory that tells what was read of it. */
class MemorySource implements ByteSource {
  readonly dev = 1;
  readonly ino = 1;
  readonly grows: boolean;
  readonly asked: number[] = [];
  bytes: Uint8Array;

  constructor(text: string, grows = true) {
    this.bytes = Buffer.from(text);
    this.grows = grows;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    this.asked.push(position);
    if (position > this.bytes.byteLength) throw new Error('beyond the end');
    const bytes = this.bytes.subarray(position, position + into.byteLength);
    into.set(bytes);
    return bytes.byteLength;
  }

  async size(): Promise<number> {
    return this.bytes.byteLength;
  }

  async close(): Promise<void> {}
}

const text = ({ bytes }: { readonly bytes: Uint8Array }): string => Buffer.from(bytes).toString();

test('whole pieces are read ahead, and nothing is after the end', async () => {
  const source = new MemorySource('abcdefgh');
  const pieces = new PieceReader(4, 1);
  expect(text(await pieces.read(source, 0))).toBe('abcd');
  expect(source.asked).toEqual([0, 3]);
  expect(text(await pieces.read(source, 3))).toBe('defg');
  expect(text(await pieces.read(source, 6))).toBe('gh');
  expect(source.asked).toEqual([0, 3, 6]);
});

test('what was read ahead is what was there then, and the piece before stays as it was', async () => {
  const source = new MemorySource('abcdefgh');
  const pieces = new PieceReader(4, 1);
  const first = await pieces.read(source, 0);
  source.bytes = Buffer.from('XXXX');
  expect(text(await pieces.read(source, 3))).toBe('defg');
  expect(text(first)).toBe('abcd');
});

test('another place or another file than expected is read anew', async () => {
  const source = new MemorySource('abcdefgh');
  const other = new MemorySource('123');
  const pieces = new PieceReader(4, 1);
  await pieces.read(source, 0);
  expect(text(await pieces.read(source, 1))).toBe('bcde');
  expect(text(await pieces.read(other, 0))).toBe('123');
});

test('a file that does not grow is not read ahead: going back in it is dear', async () => {
  const source = new MemorySource('abcdefgh', false);
  await new PieceReader(4, 1).read(source, 0);
  expect(source.asked).toEqual([0]);
});

test('a failure ahead is told when the piece is asked for', async () => {
  const source = new MemorySource('abcd');
  const pieces = new PieceReader(4, -1);
  await pieces.read(source, 0);
  await expect(pieces.read(source, 5)).rejects.toThrow('beyond the end');
});
