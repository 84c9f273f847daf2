import { describe, expect, test } from '@jest/globals';
import { ANALYZE_HELP, readAnalyzeOptions } from './options.ts';

const FILES = ['--error-log', 'a.log', '--pcap', 'a.pcap', '--timezone', 'UTC'];

describe('readAnalyzeOptions', () => {
  test('what is left out', () => {
    expect(readAnalyzeOptions(FILES)).toMatchObject({
      errorLogs: ['a.log'],
      captures: ['a.pcap'],
      accessLogs: [],
      evidenceDir: null,
      htmlFile: null,
      clockOffsetSeconds: null,
      timezone: 'UTC',
      output: 'text',
      detail: 'few',
      quiet: false,
    });
  });

  test.each([
    { argv: ['--all'], expected: { detail: 'all' } },
    { argv: ['--line', '7', '--line', '9'], expected: { detail: [7, 9] } },
    { argv: ['--json', '--quiet'], expected: { output: 'json', quiet: true } },
    { argv: ['--html', 'a.html', '--evidence', 'dir'], expected: { htmlFile: 'a.html', evidenceDir: 'dir' } },
    { argv: ['--clock-offset', '-1.5'], expected: { clockOffsetSeconds: -1.5 } },
    { argv: ['--timezone', '-05:00'], expected: { timezone: '-05:00' } },
    { argv: ['--access-log', '-'], expected: { accessLogs: ['-'] } },
  ])('$argv', ({ argv, expected }) => {
    expect(readAnalyzeOptions([...FILES, ...argv])).toMatchObject(expected);
  });

  test.each([
    { argv: [], line: 'expected --error-log FILE, got none' },
    { argv: ['--error-log', 'a'], line: 'expected --pcap FILE, got none' },
    {
      argv: [...FILES, '--timezone', 'Mars'],
      line: 'expected --timezone to be a zone like Europe/Berlin or +08:00, got "Mars"',
    },
    { argv: [...FILES, '--clock-offset', 'soon'], line: 'expected --clock-offset to be seconds like -1.5, got "soon"' },
    { argv: [...FILES, '--line', '0'], line: /^expected --line to be a whole number from 1 to/ },
    { argv: [...FILES, '--line', '1', '--all'], line: 'expected --all or --line, got both' },
    { argv: [...FILES, '--html', '-'], line: 'expected --html to be a path, got "-"' },
    { argv: [...FILES, '--evidence', ''], line: 'expected --evidence to be a path, got ""' },
    { argv: [...FILES, '--pcap', '-', '--access-log', '-'], line: /^expected - for one file at most, got several/ },
  ])('$argv is a usage error', ({ argv, line }) => {
    expect(() => readAnalyzeOptions(argv)).toThrow(line);
  });
});

test('the help names every flag it takes', () => {
  for (const flag of ['line', 'all', 'html', 'evidence', 'json', 'quiet', 'access-log', 'clock-offset', 'timezone'])
    expect(ANALYZE_HELP).toContain(`--${flag}`);
});
