import { describe, expect, test } from '@jest/globals';
import { FrameWindow } from '@resetscope/wire';
import fc from 'fast-check';
import { packRecords, unpackBlock } from './block.ts';
import { RecordEncoder } from './record-encoder.ts';

const BASE_US = 1_795_000_000_000_000;
const NO_NOTES = { headLen: -1, contentLength: -1, chunked: false, endsWithLastChunk: false, headGoesOn: false };

/** Records of frames with these bytes, a microsecond after each other. */
function recordsOf(frames: readonly Uint8Array[]): Uint8Array {
  const encoder = new RecordEncoder(64 * 1024);
  encoder.begin(BASE_US);
  for (const [i, bytes] of frames.entries()) {
    const window = FrameWindow.of({ frameNumber: i, tsUs: BASE_US + i, linkType: 1, wireLen: bytes.length, bytes });
    encoder.add(window, 54, bytes.length, 1, 0, NO_NOTES);
  }
  return encoder.finish();
}

describe('unpackBlock', () => {
  test('is the inverse of packRecords', async () => {
    const anyFrames = fc.array(fc.uint8Array({ minLength: 54, maxLength: 300 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(anyFrames, async (frames) => {
        const block = packRecords(recordsOf(frames), BASE_US);
        const read = await unpackBlock(block);
        expect(read?.map(({ bytes }) => [...bytes])).toEqual(frames.map((bytes) => [...bytes]));
        expect(read?.map(({ tsUs }) => tsUs)).toEqual(frames.map((_, i) => BASE_US + i));
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
    const block = packRecords(recordsOf([new Uint8Array(100).map((_, i) => i)]), 1);
    for (let length = 0; length < block.length; length++)
      expect(await unpackBlock(block.subarray(0, length))).toBeNull();
  });

  test('a length that is not that of the records is refused', async () => {
    const block = packRecords(recordsOf([new Uint8Array(100)]), 1);
    const view = new DataView(block.buffer);
    view.setUint32(4, view.getUint32(4, true) - 1, true);
    expect(await unpackBlock(block)).toBeNull();
  });

  test('records that are none are refused', async () => {
    expect(await unpackBlock(packRecords(new Uint8Array(100).fill(0xff), 1))).toBeNull();
  });
});
