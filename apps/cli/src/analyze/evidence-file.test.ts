import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { evidencePcapng } from '@resetscope/report';
import { makeTempDir, TcpStory, type TempDir } from '@resetscope/testkit';
import { EvidenceFile } from './evidence-file.ts';

const NAME = 'line-1-cause.pcapng';
const { frames } = new TcpStory({ originator: '10.0.0.1:51000', responder: '10.0.0.2:80' }).handshake();
const notes = new Map([[2, 'the answer']]);

let dir: TempDir;
beforeEach(async () => {
  dir = await makeTempDir('resetscope-test-');
});
afterEach(() => dir.remove());

function written(): EvidenceFile {
  const file = new EvidenceFile(dir.path, NAME, notes, 'sentence');
  for (const frame of frames) {
    file.add(frame);
    file.flush();
  }
  file.flush();
  return file;
}

test('piece by piece the same as in one, private, and nothing left besides', async () => {
  written().finish();
  expect(new Uint8Array(await readFile(join(dir.path, NAME)))).toEqual(evidencePcapng(frames, notes, 'sentence'));
  expect((await stat(join(dir.path, NAME))).mode & 0o777).toBe(0o600);
  expect(await readdir(dir.path)).toEqual([NAME]);
});

test('until it is whole, what had the name keeps it; abandoned, nothing changes', async () => {
  await writeFile(join(dir.path, NAME), 'old');
  const file = written();
  expect(await readFile(join(dir.path, NAME), 'utf8')).toBe('old');
  file.abandon();
  expect(await readdir(dir.path)).toEqual([NAME]);
  written().finish();
  expect(await readFile(join(dir.path, NAME), 'utf8')).not.toBe('old');
});

test('links of its names are replaced, not followed', async () => {
  const victim = join(dir.path, 'victim');
  await writeFile(victim, 'mine');
  await symlink(victim, join(dir.path, NAME));
  await symlink(victim, join(dir.path, `.${NAME}.partial`));
  written().finish();
  expect(await readFile(victim, 'utf8')).toBe('mine');
  expect((await readdir(dir.path)).toSorted()).toEqual([NAME, 'victim']);
});

test('a folder of its name is an error', async () => {
  await mkdir(join(dir.path, NAME));
  expect(() => written().finish()).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
});
