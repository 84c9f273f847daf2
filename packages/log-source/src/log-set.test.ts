/** Real files and patterns; the set looks around every few milliseconds. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir, waitUntil } from '@resetscope/testkit';
import { LogSet, type LogSetOptions } from './log-set.ts';
import { Collected } from './testing/collected.ts';

let dir: TempDir;
let sets: LogSet[] = [];

beforeEach(async () => {
  dir = await makeTempDir('resetscope-log-set-');
  mkdirSync(join(dir.path, 'log'));
});

afterEach(async () => {
  for (const set of sets) await set.stop();
  sets = [];
  await dir.remove();
});

const at = (name: string): string => join(dir.path, 'log', name);
const line = (text: string): string => `2026/11/22 06:35:12 [error] 7#7: ${text}\n`;
const write = (name: string, text: string): void => appendFileSync(at(name), line(text));
const messages = (seen: Collected): readonly string[] =>
  seen.texts().map((text) => /^\d{4}\S+ \S+ \[error\] 7#7: (.*)$/.exec(text)?.[1] ?? text);

async function follow(pattern: string, seen: Collected, options: Partial<LogSetOptions> = {}): Promise<LogSet> {
  const set = new LogSet({
    logs: [{ path: at(pattern), timezone: undefined }],
    checkpointDir: join(dir.path, 'state'),
    from: 'beginning',
    waitForLogs: true,
    format: 'auto',
    maxLogs: 16,
    events: seen,
    consumer: seen.consumer,
    lookMs: 5,
    vanishMs: 0,
    ...options,
  });
  await set.start();
  sets.push(set);
  return set;
}

async function untilSeen(seen: Collected, count: number): Promise<void> {
  await waitUntil(() => seen.lines.length >= count, { what: `${count} lines` });
}

async function untilFound(seen: Collected, count: number): Promise<void> {
  await waitUntil(() => seen.found.length >= count, { what: `${count} logs` });
}

describe('a pattern', () => {
  test('finds the logs there are, and those that appear later, whole', async () => {
    write('shop.error.log', 'a');
    const seen = new Collected();
    await follow('*.error.log', seen, { from: 'end' });
    write('shop.error.log', 'b');
    write('api.error.log', 'c');
    write('access.log', 'no');
    await untilSeen(seen, 2);
    expect([...messages(seen)].sort()).toEqual(['b', 'c']);
    expect(seen.lines.map(({ file }) => file).sort()).toEqual([at('api.error.log'), at('shop.error.log')]);
  });

  test('takes a rotated copy for the past of its log, however wide it is', async () => {
    write('error.log', 'a');
    write('error.log.1', 'old');
    writeFileSync(at('error.log.2.gz'), '');
    const seen = new Collected();
    // a look between a rename and the write after it finds no error.log
    await follow('*', seen, { vanishMs: 60_000 });
    await untilSeen(seen, 1);
    renameSync(at('error.log'), at('error.log.2'));
    write('error.log', 'b');
    await untilSeen(seen, 2);
    renameSync(at('error.log'), at('error-20261122.log'));
    write('error.log', 'c');
    write('error-20261122.log', 'late');
    await untilSeen(seen, 4);
    expect([...messages(seen)].sort()).toEqual(['a', 'b', 'c', 'late']);
    expect(seen.found).toEqual([at('error.log')]);
  });

  test('goes on over a restart: no line twice, and a log that is new since then is read whole', async () => {
    write('a.log', 'a');
    const seen = new Collected();
    const first = await follow('*.log', seen, { from: 'end' });
    write('a.log', 'b');
    await untilSeen(seen, 1);
    await first.stop();
    write('a.log', 'c');
    write('new.log', 'd');
    await follow('*.log', seen, { from: 'end' });
    await untilSeen(seen, 3);
    expect([...messages(seen)].sort()).toEqual(['b', 'c', 'd']);
  });

  test('lets go of a log that vanished, and reads it whole when it is back', async () => {
    write('a.log', 'a');
    const seen = new Collected();
    await follow('*.log', seen);
    await untilSeen(seen, 1);
    const states = (): readonly string[] =>
      readdirSync(join(dir.path, 'state')).filter((name) => /^a\.log.*\.json$/.test(name));
    expect(states()).toHaveLength(1);
    rmSync(at('a.log'));
    await waitUntil(() => seen.vanished.length === 1, { what: 'the log to vanish' });
    expect(states()).toEqual([]);
    write('a.log', 'a');
    await untilSeen(seen, 2);
    expect(messages(seen)).toEqual(['a', 'a']);
    expect(seen.happened.filter((name) => name.startsWith('linesLost'))).toEqual([]);
  });

  test('keeps a log that is only being replaced', async () => {
    write('a.log', 'a');
    const seen = new Collected();
    await follow('*.log', seen, { vanishMs: 60_000 });
    await untilSeen(seen, 1);
    rmSync(at('a.log'));
    write('b.log', 'x');
    await untilSeen(seen, 2);
    write('a.log', 'b');
    await untilSeen(seen, 3);
    expect(messages(seen)).toEqual(['a', 'x', 'b']);
    expect(seen.found).toEqual([at('a.log'), at('b.log')]);
  });

  test('follows at most as many logs as allowed, and says so', async () => {
    for (const name of ['a.log', 'b.log', 'c.log']) write(name, name);
    const seen = new Collected();
    const set = await follow('*.log', seen, { maxLogs: 2 });
    expect(set.logs.map(({ name }) => name)).toEqual([at('a.log'), at('b.log')]);
    expect(seen.refused).toEqual([[at('c.log'), 'too-many']]);
    rmSync(at('a.log'));
    await untilFound(seen, 3);
    await untilSeen(seen, 3);
    expect([...messages(seen)].sort()).toEqual(['a.log', 'b.log', 'c.log']);
    expect(seen.refused).toHaveLength(1);
  });

  test('refuses what is no log, each once', async () => {
    write('a.log', 'a');
    mkdirSync(at('b.log'));
    execFileSync('mkfifo', [at('c.log')]);
    symlinkSync(at('a.log'), at('d.log'));
    linkSync(at('a.log'), at('e.log'));
    symlinkSync('/nowhere', at('f.log'));
    const seen = new Collected();
    await follow('*.log', seen);
    await untilSeen(seen, 1);
    expect(seen.found).toEqual([at('a.log')]);
    expect(seen.refused).toEqual([
      [at('b.log'), 'not-a-file'],
      [at('c.log'), 'not-a-file'],
      [at('d.log'), 'same-file'],
      [at('e.log'), 'same-file'],
    ]);
  });

  test('never takes a checkpoint for a log', async () => {
    write('a', 'a');
    const seen = new Collected();
    await follow('*', seen, { checkpointDir: join(dir.path, 'log') });
    await untilSeen(seen, 1);
    write('b', 'b');
    await untilSeen(seen, 2);
    expect(seen.found).toEqual([at('a'), at('b')]);
  });

  test.each([
    { name: 'none', make: () => undefined, message: /to find a log, got none; .* or give --wait$/ },
    { name: 'only a folder', make: () => mkdirSync(at('x.log')), message: /got only \/.*x\.log \(not-a-file\)/ },
  ])('that finds $name is refused unless it may wait', async ({ make, message }) => {
    make();
    const seen = new Collected();
    await expect(follow('*.log', seen, { waitForLogs: false })).rejects.toMatchObject({
      code: 'RS_FILE_UNREADABLE',
      message: expect.stringMatching(message),
    });
  });
});

test('a checkpoint folder that cannot be written is refused in one line', async () => {
  write('a.log', 'a');
  writeFileSync(join(dir.path, 'state'), '');
  await expect(follow('a.log', new Collected())).rejects.toMatchObject({
    code: 'RS_FILE_UNREADABLE',
    message: expect.stringMatching(/^checkpoints: expected a folder to write at .*state, got: ENOTDIR/),
  });
});

describe("a container's log", () => {
  const record = (log: string, stream = 'stderr'): string =>
    `${JSON.stringify({ log, stream, time: '2026-11-22T06:35:12.5Z' })}\n`;

  test('is known by its first line, and no line of a client makes a plain log one', async () => {
    appendFileSync(at('c-json.log'), record(line('a')));
    write('plain.log', 'b');
    appendFileSync(at('plain.log'), record(line('forged')));
    const seen = new Collected();
    await follow('*.log', seen);
    await untilSeen(seen, 3);
    expect([...messages(seen)].sort()).toEqual(['a', 'b', expect.stringContaining('{"log"')]);
    expect(seen.lines.find(({ text }) => text.endsWith('a'))?.readAtUs).toBe(
      Date.parse('2026-11-22T06:35:12.5Z') * 1000,
    );
  });

  test('is known also when it was empty at the start', async () => {
    writeFileSync(at('c.log'), '');
    const seen = new Collected();
    await follow('c.log', seen, { from: 'end' });
    appendFileSync(at('c.log'), record(line('a')));
    await untilSeen(seen, 1);
    expect(messages(seen)).toEqual(['a']);
  });

  test('may hold a line in pieces, also over a kill between them', async () => {
    const seen = new Collected();
    const whole = line(`a${'x'.repeat(40_000)}`);
    appendFileSync(at('c.log'), record(line('first')));
    appendFileSync(at('c.log'), record(whole.slice(0, 16_384)));
    const first = await follow('c.log', seen);
    await untilSeen(seen, 1);
    await waitUntil(async () => (await first.logs[0]?.status())?.lagBytes === 0, { what: 'all to be read' });
    await first.stop();
    appendFileSync(at('c.log'), record('10.0.0.1 - - access\n', 'stdout'));
    appendFileSync(at('c.log'), record(whole.slice(16_384, 32_768)) + record(whole.slice(32_768)));
    const second = new Collected();
    await follow('c.log', second);
    await waitUntil(() => second.texts().some((text) => text === whole.trimEnd()), { what: 'the joined line' });
    const begun = second.lines.find(({ text }) => text.length > 100);
    expect(begun?.offset).toBe(record(line('first')).length);
    expect(seen.happened).not.toContain('recordBroken');
  });

  test('has a format that may be given', async () => {
    appendFileSync(at('c.log'), `garbage\n${record(line('a'))}`);
    const seen = new Collected();
    await follow('c.log', seen, { format: 'nginx' });
    await untilSeen(seen, 2);
    expect(messages(seen)).toEqual(['garbage', expect.stringContaining('{"log"')]);
  });
});

test('held, a checkpoint stays: a restart reads again what came since', async () => {
  write('a.log', 'a');
  const seen = new Collected();
  const first = await follow('a.log', seen);
  await untilSeen(seen, 1);
  first.logs[0]?.hold();
  write('a.log', 'b');
  await untilSeen(seen, 2);
  await first.stop();
  const second = await follow('a.log', seen);
  await waitUntil(() => messages(seen).filter((text) => text === 'b').length === 2, { what: 'b again' });
  second.logs[0]?.hold();
  await second.logs[0]?.release();
  await second.stop();
  expect(new Set(seen.lines.map(({ fileId, offset }) => `${fileId} ${offset}`)).size).toBe(2);
});
