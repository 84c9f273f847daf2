import { describe, expect, test } from '@jest/globals';
import { GET_BLOCK } from '../test-data/http2.ts';
import { type Frame, FrameFlag, FrameType } from './http2-frame-reader.ts';
import { HeaderBlock } from './http2-header-block.ts';

const { endHeaders, endStream, padded, priority } = FrameFlag;

const frameOf = (type: number, flags: number, length: number): Frame => ({ type, flags, streamId: 1, length });

/** Names and values of the fields of a block made of these frames; null while it has not ended. */
function fields(
  ...frames: readonly (readonly [type: number, flags: number, content: readonly number[], isWhole?: boolean])[]
): readonly string[] | null {
  const block = new HeaderBlock();
  let last: readonly string[] | null = null;
  for (const [type, flags, content, isWhole = true] of frames)
    last =
      block
        .add(frameOf(type, flags, content.length), Uint8Array.from(content), isWhole)
        ?.map(({ name, value }) => `${name} ${value}`) ?? null;
  return last;
}

const GET = [':method GET', ':path /', ':authority a'];

describe('a header block', () => {
  test.each([
    { name: 'in one frame', flags: endHeaders, content: GET_BLOCK },
    { name: 'padded', flags: endHeaders | padded, content: [3, ...GET_BLOCK, 0, 0, 0] },
    { name: 'with a priority', flags: endHeaders | priority, content: [0, 0, 0, 0, 16, ...GET_BLOCK] },
    { name: 'both', flags: endHeaders | padded | priority, content: [1, 0, 0, 0, 0, 16, ...GET_BLOCK, 0] },
  ])('$name', ({ flags, content }) => expect(fields([FrameType.headers, flags, content])).toEqual(GET));

  test('over CONTINUATION frames, cut anywhere', () => {
    for (let at = 0; at <= GET_BLOCK.length; at++) {
      const head = [FrameType.headers, 0, GET_BLOCK.slice(0, at)] as const;
      expect(fields(head)).toBeNull();
      expect(fields(head, [FrameType.continuation, endHeaders, GET_BLOCK.slice(at)])).toEqual(GET);
    }
  });

  test('padding longer than the frame leaves nothing', () =>
    expect(fields([FrameType.headers, endHeaders | padded, [200, ...GET_BLOCK]])).toEqual([]));

  test('a frame of which bytes are missing tells what comes before them', () => {
    const cut = [FrameType.headers, 0, GET_BLOCK.slice(0, 2), false] as const;
    expect(fields(cut, [FrameType.continuation, endHeaders, GET_BLOCK])).toEqual([':method GET', ':path /']);
  });
});

test('whose block it is', () => {
  const block = new HeaderBlock();
  block.add(frameOf(FrameType.headers, endHeaders | endStream, 0), new Uint8Array(0), true);
  expect(block).toMatchObject({ streamId: 1, endsStream: true, promisedId: null });
  block.add(frameOf(FrameType.pushPromise, endHeaders, 4), Uint8Array.of(0, 0, 0, 2), true);
  expect(block).toMatchObject({ streamId: 1, endsStream: false, promisedId: 2 });
});

test('missed frames empty its table', () => {
  const block = new HeaderBlock();
  const add = (content: readonly number[]): unknown =>
    block.add(frameOf(FrameType.headers, endHeaders, content.length), Uint8Array.from(content), true);
  add(GET_BLOCK);
  expect(add([0xbe])).toEqual([{ name: ':authority', value: 'a' }]);
  block.forget();
  expect(add([0xbe])).toEqual([{ name: null, value: null }]);
});
