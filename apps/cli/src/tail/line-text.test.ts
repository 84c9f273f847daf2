import { describe, expect, test } from '@jest/globals';
import { createResetJob } from '@resetscope/jobs';
import type { SourceLine } from '@resetscope/log-source';
import { LineText, type LineTextOptions } from './line-text.ts';

const RESET =
  '2026/11/22 06:35:12 [error] 7#7: *9 recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 10.0.0.1, server: , request: "GET /\xe4 HTTP/1.1", upstream: "http://10.0.0.2:80/", host: "a"';
const OPTIONS: LineTextOptions = { node: 'web-1', all: false, ndjson: true, timezone: 'Asia/Shanghai' };

function line(text: string, cut = 0): SourceLine {
  return {
    file: '/e.log',
    fileId: '1:2:3',
    offset: 7,
    bytes: Buffer.from(text, 'latin1'),
    readAtUs: 5,
    unwrittenAtUs: 4,
    cut,
  };
}

describe('a line as JSON', () => {
  test('has the id its job would have, its place, its bytes and its entry', () => {
    const printed = new LineText(OPTIONS).of(line(RESET)) ?? '';
    expect(printed.endsWith('}\n')).toBe(true);
    const job = createResetJob({ ...line(RESET), node: 'web-1', kind: 'reset-recv' });
    const { id, node, file, fileId, offset, readAtUs, kind, raw } = job;
    expect(JSON.parse(printed)).toEqual({
      ...{ id, node, file, fileId, offset, readAtUs, kind, raw },
      stampUs: Date.parse('2026-11-22T06:35:12+08:00') * 1000,
      entry: expect.objectContaining({ client: '10.0.0.1', errno: 104, connectionNumber: 9 }),
    });
  });

  test('holds nothing that a terminal acts on, and is the same JSON', () => {
    const hostile = RESET.replace('GET /', 'GET /\x1b[2J\x9b\x7f\x00\r\xad');
    const printed = new LineText(OPTIONS).of(line(hostile)) ?? '';
    expect(printed.slice(0, -1)).not.toMatch(/\p{C}/u);
    expect(JSON.parse(printed).raw).toBe(hostile);
  });

  test('says how much of it was cut', () => {
    expect(JSON.parse(new LineText(OPTIONS).of(line(RESET, 42)) ?? '')).toMatchObject({ cut: 42 });
  });
});

test.each([
  {
    name: 'another error',
    text: '2026/11/22 06:35:12 [error] 7#7: *9 open() "/x" failed (2: No such file)',
    kind: 'other',
  },
  { name: 'the rest of a message', text: 'rest', kind: 'continuation' },
  { name: 'an empty line', text: '', kind: 'not-a-log-line' },
])('$name is printed only when all are asked for', ({ text, kind }) => {
  expect(new LineText(OPTIONS).of(line(text))).toBeNull();
  expect(JSON.parse(new LineText({ ...OPTIONS, all: true }).of(line(text)) ?? '')).toMatchObject({ kind, raw: text });
});

test('without JSON a line is printed as it stands, made visible', () => {
  const plain = new LineText({ ...OPTIONS, ndjson: false });
  expect(plain.of(line(RESET))).toBe(`${RESET}\n`);
  expect(plain.of(line(RESET.replace('host', '\x1b]0;')))).toContain('\\x1b]0;');
});
