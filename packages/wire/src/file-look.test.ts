import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { notACapture } from './file-look.ts';

test.each([
  { name: 'nothing', head: Buffer.alloc(0), looksLike: 'empty', found: 'no bytes' },
  { name: 'gzip', head: gzipSync('x').subarray(0, 3), looksLike: 'gzip', found: 'gzip data: 1f 8b 08' },
  { name: 'zip', head: Buffer.from('PK\x03\x04'), looksLike: 'zip', found: 'zip data: 50 4b 03 04' },
  { name: 'zstd', head: Buffer.from('28b52ffd', 'hex'), looksLike: 'zstd', found: 'zstd data: 28 b5 2f fd' },
  { name: 'snoop', head: Buffer.from('snoop\0\0\0'), looksLike: 'snoop', found: 'snoop data: 73 6e 6f 6f 70 00 00 00' },
  {
    name: 'a log file',
    head: Buffer.from('2026/11/22 06:35:12 [info]'),
    looksLike: 'text',
    found: 'text data: 32 30 32 36 2f 31 31 2f 32 32 20 30 36 3a 33 35',
  },
  { name: 'noise', head: Buffer.from('00ff', 'hex'), looksLike: null, found: 'unknown data: 00 ff' },
])('$name', ({ head, looksLike, found }) => {
  expect(notACapture(head)).toEqual({ kind: 'not-a-capture', offset: 0, found, looksLike });
});
