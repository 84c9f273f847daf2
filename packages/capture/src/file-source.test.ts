import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { LinkType, writePcap } from '@resetscope/wire';
import { openFile } from './file-source.ts';

const dir = mkdtempSync(join(tmpdir(), 'resetscope-file-source-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('at its end the reach of a file is everything', () => {
  const path = join(dir, 'empty.pcap');
  writeFileSync(path, writePcap([], { linkType: LinkType.ETHERNET }));
  const source = openFile(path);
  expect(source.drain(() => undefined)).toBe(0);
  while (source.reachUs === 0) source.drain(() => undefined);
  expect(source.reachUs).toBe(Number.POSITIVE_INFINITY);
});

test('a file that is missing, or no capture, is a clear error', () => {
  expect(() => openFile(join(dir, 'none'))).toThrow(expect.objectContaining({ code: 'RS_FILE_UNREADABLE' }));
  const path = join(dir, 'notes.txt');
  writeFileSync(path, 'not a capture');
  const source = openFile(path);
  expect(() => {
    while (source.reachUs === 0) source.drain(() => undefined);
  }).toThrow(expect.objectContaining({ code: 'RS_NOT_A_CAPTURE' }));
});
