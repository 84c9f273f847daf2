import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConnectionTable } from './connection-table.ts';

describe('ConnectionTable', () => {
  test('a row stays a connection as long as it lives, as in a map', () => {
    // Few hashes with the same bucket in a table of 8.
    const anyHash = fc.constantFrom(1, 9, 17, 2, 10, -2_147_483_648);
    fc.assert(
      fc.property(fc.array(fc.tuple(anyHash, fc.boolean())), (steps) => {
        const rows = new Map<number, number>();
        const table = new ConnectionTable((row) => {
          for (const [hash, known] of rows) if (known === row) rows.delete(hash);
        }, 8);
        let nowUs = 0;
        for (const [hash, ends] of steps) {
          nowUs += 1e6;
          const row = table.rowOf(hash, { tsUs: nowUs });
          expect(table.isNew).toBe(!rows.has(hash));
          if (!table.isNew) expect(row).toBe(rows.get(hash));
          expect([...rows].some(([other, known]) => other !== hash && known === row)).toBe(false);
          rows.set(hash, row);
          table.setEnded(row, ends);
          table.sweep(nowUs);
          expect(table.size).toBe(rows.size);
        }
      }),
    );
  });

  test('forgets what has ended, then what is idle', () => {
    const forgotten: number[] = [];
    const table = new ConnectionTable((row) => forgotten.push(row), 8);
    const [ended, idle, busy] = [1, 2, 3].map((hash) => table.rowOf(hash, { tsUs: 0 }));
    table.setEnded(ended as number, true);
    table.sweep(4e6);
    expect(forgotten).toEqual([]);
    table.sweep(6e6);
    expect(forgotten).toEqual([ended]);
    table.rowOf(3, { tsUs: 800e6 });
    table.sweep(901e6);
    expect(forgotten).toEqual([ended, idle]);
    expect(table.rowOf(3, { tsUs: 902e6 })).toBe(busy);
    expect(table.size).toBe(1);
  });

  test('makes room for any number of connections, the longest silent first', () => {
    const forgotten: number[] = [];
    const table = new ConnectionTable((row) => forgotten.push(row), 8);
    const rows = Array.from({ length: 8 }, (_, i) => table.rowOf(100 + i, { tsUs: i }));
    table.rowOf(100, { tsUs: 50 });
    const newcomer = table.rowOf(999, { tsUs: 60 });
    expect(forgotten).toEqual([rows[1]]);
    expect(newcomer).toBe(rows[1]);
    for (let hash = 1000; hash < 3000; hash++) table.rowOf(hash, { tsUs: hash });
    expect(table.size).toBe(8);
  });
});
