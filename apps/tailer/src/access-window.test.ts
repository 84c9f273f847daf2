import { Buffer } from 'node:buffer';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AccessWindow } from './access-window.ts';

function add(window: AccessWindow, key: string, text: string, nowMs: number): void {
  const bytes = Buffer.from(`>>${text}<<`, 'latin1');
  window.add(key, { bytes, start: 2, end: 2 + text.length }, 'f', nowMs);
}

const textsOf = (window: AccessWindow, key: string): readonly string[] => window.find(key, 100).map(({ text }) => text);

test('lines by key, oldest first; what is too old is gone', () => {
  const window = new AccessWindow({ maxBytes: 10_000, maxAgeMs: 100 });
  for (const [key, atMs] of [
    ['a', 0],
    ['b', 10],
    ['a', 20],
    ['a', 110],
  ] as const)
    add(window, key, `${key}${atMs}`, atMs);
  expect(window.find('a', 9)).toEqual([
    { text: 'a20', format: 'f', readAtMs: 20 },
    { text: 'a110', format: 'f', readAtMs: 110 },
  ]);
  expect(window.find('a', 1).map(({ text }) => text)).toEqual(['a110']);
  expect([textsOf(window, 'b'), textsOf(window, 'c')]).toEqual([['b10'], []]);
  expect(window.bytes).toBe(10);
  window.forget(1000);
  expect([window.lines, window.bytes, window.find('a', 9)]).toEqual([0, 0, []]);
  expect(window.pushedOut).toBe(0);
});

test('a line longer than the buffer is left out', () => {
  const window = new AccessWindow({ maxBytes: 1000, maxAgeMs: 100 });
  add(window, 'a', 'x'.repeat(1001), 1);
  expect(window.lines).toBe(0);
  add(window, 'a', 'x'.repeat(1000), 1);
  expect(window.lines).toBe(1);
});

test('holds what a plain list would: the newest that fit, whatever their lengths', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    afterMs: fc.nat(40),
    len: fc.oneof(fc.nat(60), fc.integer({ min: 200, max: 1500 })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const window = new AccessWindow({ maxBytes: 2000, maxAgeMs: 200 });
      const all: { key: string; text: string; atMs: number }[] = [];
      let nowMs = 0;
      for (const { key, afterMs, len } of steps) {
        nowMs += afterMs;
        const text = `${all.length}`.padEnd(len, '.');
        add(window, key, text, nowMs);
        all.push({ key, text, atMs: nowMs });
        const held = all.slice(all.length - window.lines);
        for (const { atMs } of held) expect(atMs).toBeGreaterThanOrEqual(nowMs - 200);
        for (const any of ['a', 'b', 'c']) {
          expect(textsOf(window, any)).toEqual(held.filter((one) => one.key === any).map((one) => one.text));
        }
        expect(window.bytes).toBeLessThanOrEqual(2000);
        expect(held.at(-1)?.text).toBe(text);
      }
      const young = all.filter(({ atMs }) => atMs >= nowMs - 200).length;
      expect(window.lines).toBeLessThanOrEqual(young);
    }),
  );
});

test('uses most of its bytes', () => {
  const window = new AccessWindow({ maxBytes: 100_000, maxAgeMs: 1000 });
  for (let at = 0; at < 10_000; at++) add(window, `${at}`, 'x'.repeat(180), 1);
  expect(window.bytes).toBeGreaterThan(95_000);
  expect(textsOf(window, '9999')).toHaveLength(1);
  expect(window.lines + window.pushedOut).toBe(10_000);
});
