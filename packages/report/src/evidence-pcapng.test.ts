import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { frameFilter } from '@resetscope/diagnosis';
import { findProgram, makeTempDir } from '@resetscope/testkit';
import type { CapturedFrame } from '@resetscope/wire';
import { evidencePcapng } from './evidence-pcapng.ts';

/** LINKTYPE_RAW: no link header. */
const frames: readonly CapturedFrame[] = [4101, 4102, 4103].map((frameNumber, at) => ({
  frameNumber,
  tsUs: 1_795_334_115_050_717 + at,
  linkType: 101,
  wireLen: 60,
  bytes: Uint8Array.from([0x45, 0, 0, 20, 0, at, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]),
}));

const notes = new Map([
  [4101, 'the whole request arrived'],
  [4103, 'the client sent RST\u001b[2J'],
]);

const bytes = evidencePcapng(frames, notes, 'The client reset it.');

describe('evidencePcapng', () => {
  test('starts with a section header and holds the sentence and the claims, made visible', () => {
    expect(bytes.subarray(0, 4)).toEqual(Uint8Array.from([0x0a, 0x0d, 0x0d, 0x0a]));
    const text = Buffer.from(bytes).toString('latin1');
    for (const part of [
      'The client reset it.',
      'the whole request arrived',
      'the client sent RST\\x1b[2J',
      'resetscope',
    ]) {
      expect(text).toContain(part);
    }
  });

  const tshark = findProgram('tshark');
  if (tshark === null) console.log('skipped: tshark is not installed');
  (tshark === null ? test.skip : test)(
    'tshark shows each claim at its packet, and the filters select them',
    async () => {
      const dir = await makeTempDir('resetscope-report-');
      try {
        const file = join(dir.path, 'evidence.pcapng');
        writeFileSync(file, bytes);
        const fields = ['-T', 'fields', '-e', 'frame.number', '-e', 'frame.time_epoch', '-e', 'frame.comment'];
        const read = (filter: string): string =>
          execFileSync(tshark ?? '', ['-r', file, '-Y', filter, ...fields], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
        expect(read(frameFilter([1, 3]))).toBe(
          '1\t1795334115.050717000\tthe whole request arrived\n3\t1795334115.050719000\tthe client sent RST\\x1b[2J\n',
        );
        expect(read(frameFilter([2, 3]))).toMatch(/^2\t.*\n3\t.*\n$/);
      } finally {
        await dir.remove();
      }
    },
  );
});
