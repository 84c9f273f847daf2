import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { type InputFile, inputFile, type ReadOptions, readPieces } from './input-file.ts';

/** Text that gzip cannot shrink to nothing, larger than a piece. */
const TEXT = Buffer.from(Array.from({ length: 400_000 }, (_, n) => `${(n * 7919) % 1_000_003}\n`).join(''));
const ZIPPED = gzipSync(TEXT);

let dir: TempDir;
const at = (name: string): InputFile => inputFile(join(dir.path, name));

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  const damaged = Buffer.from(ZIPPED);
  damaged.fill(0xff, ZIPPED.length - 5000, ZIPPED.length - 4000);
  await writeFile(join(dir.path, 'plain'), TEXT);
  await writeFile(join(dir.path, 'gz'), ZIPPED);
  await writeFile(join(dir.path, 'cut.gz'), ZIPPED.subarray(0, -1000));
  await writeFile(join(dir.path, 'two.gz'), Buffer.concat([ZIPPED, ZIPPED]));
  await writeFile(join(dir.path, 'damaged.gz'), damaged);
  await writeFile(join(dir.path, 'empty'), '');
});
afterAll(() => dir.remove());

async function read(file: InputFile, options?: ReadOptions): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readPieces(file, 'capture', options)) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

describe('readPieces', () => {
  test.each(['plain', 'gz'])('%s', async (name) => {
    expect((await read(at(name))).equals(TEXT)).toBe(true);
  });

  test('gzipped in two parts, one after the other', async () => {
    expect((await read(at('two.gz'))).length).toBe(2 * TEXT.length);
  });

  test('empty', async () => {
    expect((await read(at('empty'))).length).toBe(0);
  });

  test('a cut gzip: what is there', async () => {
    const found = await read(at('cut.gz'));
    expect(found.length).toBeGreaterThan(TEXT.length / 2);
    expect(found.equals(TEXT.subarray(0, found.length))).toBe(true);
  });

  test('a damaged gzip: what is before the damage, and a word about it', async () => {
    const damages: string[] = [];
    const found = await read(at('damaged.gz'), { damaged: (what) => damages.push(what) });
    expect(found.equals(TEXT.subarray(0, found.length))).toBe(true);
    expect(damages).toEqual([`the gzip data of ${at('damaged.gz').name} is damaged; analysed up to there`]);
    await expect(read(at('damaged.gz'))).rejects.toThrow(/cannot read capture .*: its gzip data is damaged/);
  });

  test('the meter counts bytes as stored, and is told the size', async () => {
    const told: unknown[] = [];
    let bytes = 0;
    const meter = {
      fileOpened: (...opened: unknown[]) => void told.push(opened),
      bytesRead: (count: number) => {
        bytes += count;
      },
      packetsRead() {},
    };
    await read(at('gz'), { meter });
    expect([told, bytes]).toEqual([[[at('gz').name, ZIPPED.length]], ZIPPED.length]);
  });

  test('a pipe has no size', async () => {
    const fifo = join(dir.path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const sizes: unknown[] = [];
    const meter = {
      fileOpened: (_: string, size: number | null) => void sizes.push(size),
      bytesRead() {},
      packetsRead() {},
    };
    const [found] = await Promise.all([read(inputFile(fifo), { meter }), writeFile(fifo, ZIPPED)]);
    expect([found.length, sizes]).toEqual([TEXT.length, [null]]);
  });

  test.each([
    {
      path: '/nonexistent',
      line: 'cannot read capture /nonexistent: no such file; check the path and its permissions',
    },
    { path: '/dev/null/x', line: /cannot read capture .*: no such file/ },
    { path: '/', line: 'expected capture / to be a file, got a directory; name the file in it' },
  ])('$path is one clear line', async ({ path, line }) => {
    await expect(read(inputFile(path))).rejects.toThrow(line);
  });
});

test('standard input has a name', () => {
  expect(inputFile('-')).toEqual({ path: '-', name: 'standard input' });
});
