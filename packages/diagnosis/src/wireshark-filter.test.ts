import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hasProgram, makeTempDir, TcpStory } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { LinkType, writePcap } from '@resetscope/wire';
import { frameFilter, streamFilter } from './wireshark-filter.ts';

test.each([
  { frames: [], filter: 'frame.number eq 0' },
  { frames: [5], filter: 'frame.number eq 5' },
  { frames: [5, 5], filter: 'frame.number eq 5' },
  { frames: [8, 1, 7, 6, 3], filter: 'frame.number in {1, 3, 6..8}' },
])('frameFilter($frames)', ({ frames, filter }) => {
  expect(frameFilter(frames)).toBe(filter);
});

test.each([
  { frames: [], filter: 'tcp.stream eq 7' },
  { frames: [9, 4], filter: 'tcp.stream eq 7 and frame.number in {4, 9}' },
])('streamFilter(7, $frames)', ({ frames, filter }) => {
  expect(streamFilter(7, frames)).toBe(filter);
});

describe('tshark', () => {
  testIf(hasProgram('tshark'), 'needs tshark')('selects just these frames', async () => {
    const stories = [51_000, 51_001].map((port) =>
      new TcpStory({ originator: `10.0.0.7:${port}`, responder: '10.0.0.1:80' }).handshake(),
    );
    for (const { originator } of stories) {
      originator.send('x');
      originator.rst();
    }
    const dir = await makeTempDir('resetscope-test-');
    try {
      const file = join(dir.path, 'two.pcap');
      writeFileSync(
        file,
        writePcap(
          stories.flatMap(({ frames }) => frames),
          { linkType: LinkType.ETHERNET },
        ),
      );
      const select = (filter: string): readonly number[] =>
        execFileSync('tshark', ['-r', file, '-Y', filter, '-T', 'fields', '-e', 'frame.number'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        })
          .split('\n')
          .filter((line) => line !== '')
          .map(Number);
      expect(select(frameFilter([1, 3, 4, 5, 9]))).toEqual([1, 3, 4, 5, 9]);
      expect(select(frameFilter([7]))).toEqual([7]);
      expect(select(frameFilter([]))).toEqual([]);
      expect(select(streamFilter(1))).toEqual([6, 7, 8, 9, 10]);
      expect(select(streamFilter(1, [2, 6, 7, 10]))).toEqual([6, 7, 10]);
    } finally {
      await dir.remove();
    }
  });
});
