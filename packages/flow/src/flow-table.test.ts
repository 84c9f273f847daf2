import { expect, test } from '@jest/globals';
import { Packet } from '@resetscope/wire';
import fc from 'fast-check';
import { FlowTable, type TupleHolder } from './flow-table.ts';
import { packetHash, tupleOf } from './four-tuple.ts';

/** The packet of a connection number; reply: in the other direction. */
function packetOf(connection: number, reply = false): Packet {
  const [a, b] = [
    { host: connection & 0x3ff, port: 1024 + (connection >>> 10) },
    { host: 1 << 24, port: 80 },
  ];
  const [from, to] = reply ? [b, a] : [a, b];
  return Object.assign(new Packet(), {
    src2: 0xffff,
    src3: from.host,
    srcPort: from.port,
    dst2: 0xffff,
    dst3: to.host,
    dstPort: to.port,
  });
}

const holderOf = (connection: number): TupleHolder => ({ tuple: tupleOf(packetOf(connection)) });

function find(table: FlowTable<TupleHolder>, connection: number, reply = false): TupleHolder | null {
  const packet = packetOf(connection, reply);
  return table.find(packet, packetHash(packet));
}

test('both directions find the same, also after growing', () => {
  const table = new FlowTable<TupleHolder>();
  const holders = Array.from({ length: 5000 }, (_, connection) => holderOf(connection));
  for (const holder of holders) table.add(holder);
  expect(table.size).toBe(5000);
  for (const [connection, holder] of holders.entries())
    expect([find(table, connection), find(table, connection, true)]).toEqual([holder, holder]);
  expect(find(table, 5000)).toBeNull();
  expect(new Set(table)).toEqual(new Set(holders));
});

test('as a Map would do it, whatever comes and goes', () => {
  const step = fc.record({ connection: fc.nat(1500), stays: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { minLength: 200, maxLength: 4000 }), (steps) => {
      const table = new FlowTable<TupleHolder>();
      const twin = new Map<number, TupleHolder>();
      for (const { connection, stays } of steps) {
        const known = twin.get(connection);
        if (known === undefined) {
          const holder = holderOf(connection);
          table.add(holder);
          twin.set(connection, holder);
        } else if (!stays) {
          expect([table.has(known), table.remove(known), table.has(known), table.remove(known)]).toEqual([
            true,
            true,
            false,
            false,
          ]);
          twin.delete(connection);
        }
      }
      expect(table.size).toBe(twin.size);
      for (let connection = 0; connection <= 1500; connection++)
        expect(find(table, connection, connection % 2 === 0)).toBe(twin.get(connection) ?? null);
    }),
    { numRuns: 20 },
  );
});

test('a twin with the same ends is not the one that leaves', () => {
  const table = new FlowTable<TupleHolder>();
  const [holder, twin] = [holderOf(7), holderOf(7)];
  table.add(holder);
  expect([table.remove(twin), find(table, 7)]).toEqual([false, holder]);
  table.clear();
  expect([table.size, find(table, 7)]).toEqual([0, null]);
});
