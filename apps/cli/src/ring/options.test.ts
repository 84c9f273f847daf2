import { expect, test } from '@jest/globals';
import { readExportOptions, readStatOptions } from './options.ts';

test('stat needs no flags', () => {
  expect(readStatOptions([])).toEqual({ node: undefined, redisUrl: undefined, json: false });
  expect(readStatOptions(['--node', 'web-1', '--redis', 'unix:/a', '--json'])).toEqual({
    node: 'web-1',
    redisUrl: 'unix:/a',
    json: true,
  });
});

test('export needs only where to', () => {
  expect(readExportOptions(['--out', 'x.pcapng'])).toEqual({
    node: undefined,
    redisUrl: undefined,
    json: false,
    out: 'x.pcapng',
    force: false,
    filter: null,
    connection: null,
    resetsOnly: false,
    fromUs: undefined,
    toUs: undefined,
    lastUs: undefined,
  });
});

test('export reads what narrows it', () => {
  const argv = ['--out', '-', '--filter', 'port 80', '--resets-only', '--from', '5', '--to', '6.5', '--force'];
  expect(readExportOptions(argv)).toMatchObject({
    filter: { text: 'port 80' },
    resetsOnly: true,
    fromUs: 5e6,
    toUs: 6.5e6,
    force: true,
  });
  expect(readExportOptions(['--out', '-', '--last', '2m', '--connection', '[::1]:1-[::1]:2'])).toMatchObject({
    lastUs: 120e6,
    connection: { addressA: '::1', portA: 1, addressB: '::1', portB: 2 },
  });
});

test.each([
  { argv: [], says: 'expected --out FILE, got none' },
  { argv: ['--out', ''], says: 'expected --out FILE, got none' },
  { argv: ['--out', 'x', '--filter', 'tcp', '--connection', 'y'], says: 'expected --filter or --connection, got both' },
  { argv: ['--out', 'x', '--last', '1m', '--to', '5'], says: 'expected --last, or --from and --to, got both' },
  { argv: ['--out', 'x', '--from', '6', '--to', '6'], says: 'expected --from to be before --to' },
  {
    argv: ['--out', 'x', '--filter', 'port'],
    says: '--filter: expected a port from 0 to 65535 at position 5, got the end',
  },
  { argv: ['--out', 'x', '--out-file', 'y'], says: 'unknown flag "--out-file"' },
])('$argv is refused', ({ argv, says }) => {
  const read = () => readExportOptions(argv);
  expect(read).toThrow(says);
  expect(read).toThrow(expect.objectContaining({ code: 'RS_USAGE' }));
});
