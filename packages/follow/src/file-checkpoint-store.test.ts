import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { markBytes } from './byte-mark.ts';
import type { Checkpoint, FilePosition } from './checkpoint.ts';
import { FileCheckpointStore } from './file-checkpoint-store.ts';

const mark = markBytes(Uint8Array.of(1, 2, 3));
const position: FilePosition = { fileId: '1:2:abc', head: mark, offset: 3, before: mark };
const checkpoint: Checkpoint = { files: [position], finished: [{ ...position, dev: 1, ino: 2 }] };

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resetscope-checkpoint-'));
  file = join(folder, 'state', 'checkpoint.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('FileCheckpointStore', () => {
  test('has none at first, and then what was saved last, in its folder alone', async () => {
    const store = new FileCheckpointStore(file);
    expect(await store.load()).toEqual({ kind: 'none' });
    await store.save({ files: [], finished: [] });
    await store.save(checkpoint);
    expect(await new FileCheckpointStore(file).load()).toEqual({ kind: 'found', checkpoint });
    expect(readdirSync(join(folder, 'state'))).toEqual(['checkpoint.json']);
  });

  test('ignores what a crash left half written', async () => {
    const store = new FileCheckpointStore(file);
    await store.save(checkpoint);
    writeFileSync(`${file}.tmp`, '{"version":2,"fi');
    expect(await store.load()).toEqual({ kind: 'found', checkpoint });
    await store.save({ files: [], finished: [] });
    expect(await store.load()).toEqual({ kind: 'found', checkpoint: { files: [], finished: [] } });
  });

  test.each([
    { name: 'an empty file', text: '' },
    { name: 'half a file', text: '{"version":2,"files":[' },
    { name: 'NULs, as a power loss leaves', text: '\0\0\0\0' },
    { name: 'another version', text: '{"version":1,"files":[],"finished":[]}' },
    { name: 'no object', text: '[]' },
    { name: 'null', text: 'null' },
    { name: 'files that are none', text: '{"version":2,"files":[{}],"finished":[]}' },
    { name: 'finished files that are none', text: JSON.stringify({ version: 2, files: [], finished: [position] }) },
    {
      name: 'an offset before its mark',
      text: JSON.stringify({ version: 2, files: [{ ...checkpoint.files[0], offset: 2 }], finished: [] }),
    },
  ])('sets aside $name', async ({ text }) => {
    mkdirSync(join(folder, 'state'));
    writeFileSync(file, text);
    const store = new FileCheckpointStore(file);
    expect(await store.load()).toEqual({ kind: 'damaged', setAsideAs: `${file}.damaged` });
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text);
    expect(existsSync(file)).toBe(false);
    expect(await store.load()).toEqual({ kind: 'none' });
  });

  test('throws when it cannot write', async () => {
    writeFileSync(join(folder, 'state'), 'a file in the place of the folder');
    const store = new FileCheckpointStore(file);
    await expect(store.save(checkpoint)).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(store.load()).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
