import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packBlock, readRecord, unpackBlock } from './block.ts';

describe('unpackBlock', () => {
  test('is the inverse of packBlock', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fc.nat(2 ** 50), async (bytes, baseUs) => {
        const records = await unpackBlock(await packBlock({ baseUs, bytes }));
        expect(records?.baseUs).toBe(baseUs);
        expect([...(records?.bytes ?? [])]).toEqual([...bytes]);
      }),
      { numRuns: 50 },
    );
  });

  test('never throws, and says null for what is no block', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        expect(await unpackBlock(bytes)).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  test('a block cut anywhere is none', async () => {
    const block = await packBlock({ baseUs: 1, bytes: new Uint8Array(100).map((_, i) => i) });
    for (let length = 0; length < block.length; length++)
      expect(await unpackBlock(block.subarray(0, length))).toBeNull();
  });

  test('a length that is not that of the records is refused', async () => {
    const block = await packBlock({ baseUs: 1, bytes: new Uint8Array(100) });
    new DataView(block.buffer).setUint32(4, 99, true);
    expect(await unpackBlock(block)).toBeNull();
  });
});

test('readRecord never throws and always moves on', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      let position = 0;
      for (
        let record = readRecord({ baseUs: 0, bytes }, 0);
        record !== null;
        record = readRecord({ baseUs: 0, bytes }, position)
      ) {
        expect(record.next).toBeGreaterThan(position);
        expect(record.next).toBeLessThanOrEqual(bytes.length);
        position = record.next;
      }
    }),
  );
});
