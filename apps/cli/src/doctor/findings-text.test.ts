import { expect, test } from '@jest/globals';
import { type Finding, fail, ok, skipped, warn } from '../finding.ts';
import { Terminal } from '../terminal.ts';
import { countsLine, findingLines } from './findings-text.ts';

const PLAIN = new Terminal({ isTTY: false } as NodeJS.WriteStream, {});
const COLORED = new Terminal({ isTTY: true } as NodeJS.WriteStream, {});

const FINDINGS: readonly Finding[] = [
  ok('redis', 'Redis redis://127.0.0.1:6379', 'answers, version 7.0.15'),
  skipped('ring', 'rings', 'no Redis runs yet'),
  warn(
    'error-log',
    'error log /var/log/nginx/error.log',
    `nothing written for 50 h`,
    'check that nginx writes to this file, '.repeat(4),
  ),
  fail('redis-policy', 'Redis', 'maxmemory-policy is allkeys-lru', 'CONFIG SET maxmemory-policy noeviction'),
];

test('badge, subject and message; what it means and what to do where something is wrong', () => {
  expect(FINDINGS.flatMap((finding) => findingLines(finding, PLAIN)).join('\n')).toMatchSnapshot();
});

test('nothing is wider than 80 columns but words that are longer', () => {
  const lines = FINDINGS.flatMap((finding) => findingLines(finding, PLAIN));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(findingLines(ok('ring', 'x'.repeat(100), 'y'), PLAIN)[0]).toBe(`ok    ${'x'.repeat(100)}:`);
});

test('colour says the same once more', () => {
  const [line = ''] = findingLines(FINDINGS[3]!, COLORED);
  expect(line).toBe('\u001b[31mfail\u001b[0m  Redis: maxmemory-policy is allkeys-lru');
});

test('text from logs and configuration steers no terminal', () => {
  const hostile = warn('error-log', 'error log /tmp/\u001b[2J\n.log', 'x', '\u202eevil');
  const text = findingLines(hostile, PLAIN).join('\n');
  expect(text).toContain('/tmp/\\x1b[2J\\x0a.log');
  expect(text).toContain('\\u{202e}evil');
});

test('counts', () => {
  expect(countsLine(FINDINGS)).toBe('1 ok, 1 warning, 1 failed, 1 skipped');
  expect(countsLine([])).toBe('0 ok, 0 warnings, 0 failed, 0 skipped');
});
