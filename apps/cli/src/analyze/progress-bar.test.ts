import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Terminal } from '../terminal.ts';
import { type Progress, ProgressBar, progressLine } from './progress-bar.ts';

const half: Progress = {
  label: 'reading capture.pcap',
  bytes: 50_000_000,
  totalBytes: 100_000_000,
  packets: 1_234_567,
  elapsedMs: 2000,
};

describe('progressLine', () => {
  test.each([
    {
      name: 'wide',
      columns: 200,
      progress: half,
      line: `reading capture.pcap ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  2 s left  50.0 MB of 100.0 MB  1,234,567 packets  617 k packets/s`,
    },
    {
      name: '80 columns',
      columns: 79,
      progress: half,
      line: `reading capture.pcap ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  2 s left`,
    },
    { name: 'narrow', columns: 20, progress: half, line: `${'█'.repeat(12)}░░░░░░░…` },
    {
      name: 'a pipe does not say how long it is',
      columns: 200,
      progress: { ...half, label: 'reading standard input', totalBytes: null },
      line: 'reading standard input 50.0 MB  1,234,567 packets  617 k packets/s',
    },
    {
      name: 'a log has no packets',
      columns: 200,
      progress: { ...half, label: 'reading error.log', bytes: 2_000_000_000, totalBytes: 4_000_000_000, packets: 0 },
      line: `reading error.log ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  2 s left  2.00 GB of 4.00 GB  1.00 GB/s`,
    },
    {
      name: 'hours, and a file that grows meanwhile',
      columns: 200,
      progress: { ...half, label: 'x', bytes: 1_000_000, totalBytes: 4_000_000_000, packets: 0, elapsedMs: 1000 },
      line: `x ${'░'.repeat(24)}   0 %  1:06:39 left  1.0 MB of 4.00 GB  1.0 MB/s`,
    },
    {
      name: 'longer than it was when it was opened',
      columns: 60,
      progress: { ...half, label: 'x', bytes: 200, totalBytes: 100, packets: 0 },
      line: `${'█'.repeat(24)} 100 %  0 s left  0 kB of 0 kB`,
    },
  ])('$name', ({ columns, progress, line }) => {
    expect(progressLine(progress, columns)).toBe(line);
  });

  test.each([1, 10, 30, 40, 79, 119])('never wider than %d columns', (columns) => {
    expect(progressLine(half, columns).length).toBeLessThanOrEqual(columns);
  });
});

describe('ProgressBar', () => {
  const written = (isTTY: boolean, use: (bar: ProgressBar, pass: (ms: number) => void) => void): string => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 });
    let nowMs = 0;
    const terminal = new Terminal(stream as unknown as NodeJS.WriteStream, {});
    use(new ProgressBar(terminal, 'reading', () => nowMs), (ms) => {
      nowMs += ms;
    });
    return String(stream.read() ?? '');
  };

  test('waits, draws over itself ten times a second at most, and wipes itself', () => {
    const text = written(true, (bar, pass) => {
      bar.fileOpened('a\u001b[2J', 1000);
      bar.bytesRead(1);
      for (let n = 0; n < 10; n++) {
        pass(50);
        bar.bytesRead(50);
      }
      bar.packetsRead(7);
      pass(100);
      bar.bytesRead(100);
      bar.clear();
      bar.clear();
    });
    expect(text.split('\r')).toEqual([
      expect.stringMatching(/^reading a\\x1b\[2J █+░+ {2}40 % /),
      expect.stringMatching(/ 50 % /),
      expect.stringMatching(/ 60 % .* 7 packets/),
      '\u001b[0K',
    ]);
  });

  test('a file read at once draws nothing', () => {
    expect(
      written(true, (bar) => {
        bar.fileOpened('a', 1000);
        bar.bytesRead(1000);
        bar.clear();
      }),
    ).toBe('');
  });

  test('nor does any where there is no terminal', () => {
    expect(
      written(false, (bar, pass) => {
        bar.fileOpened('a', 1000);
        pass(1000);
        bar.bytesRead(10);
        bar.clear();
      }),
    ).toBe('');
  });
});
