import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latin1Bytes } from '../test-data/follow.ts';
import { HpackDecoder } from './http2-hpack.ts';

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replace(/\s/g, '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** `name: value` of each field. */
function decode(decoder: HpackDecoder, block: Uint8Array, isWhole = true): readonly string[] {
  return decoder.decode(block, isWhole).map(({ name, value }) => `${name}: ${value}`);
}

const SITE = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];

describe('RFC 7541 appendix C', () => {
  test.each([
    {
      name: 'C.2.1',
      hex: '400a637573746f6d2d6b65790d637573746f6d2d686561646572',
      fields: ['custom-key: custom-header'],
    },
    { name: 'C.2.2', hex: '040c2f73616d706c652f70617468', fields: [':path: /sample/path'] },
    { name: 'C.2.3', hex: '100870617373776f726406736563726574', fields: ['password: secret'] },
    { name: 'C.2.4', hex: '82', fields: [':method: GET'] },
  ])('$name', ({ hex, fields }) => expect(decode(new HpackDecoder(), bytes(hex))).toEqual(fields));

  test.each([
    {
      name: 'C.3, plain',
      blocks: [
        '828684410f7777772e6578616d706c652e636f6d',
        '828684be58086e6f2d6361636865',
        '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
      ],
    },
    {
      name: 'C.4, Huffman',
      blocks: [
        '828684418cf1e3c2e5f23a6ba0ab90f4ff',
        '828684be5886a8eb10649cbf',
        '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
      ],
    },
  ])('$name', ({ blocks }) => {
    const decoder = new HpackDecoder();
    expect(blocks.map((hex) => decode(decoder, bytes(hex)))).toEqual([
      SITE,
      [...SITE, 'cache-control: no-cache'],
      [
        ':method: GET',
        ':scheme: https',
        ':path: /index.html',
        ':authority: www.example.com',
        'custom-key: custom-value',
      ],
    ]);
  });

  test('C.5: a table of 256 bytes evicts', () => {
    const decoder = new HpackDecoder();
    const blocks = [
      '3fe101 4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d',
      '4803333037c1c0bf',
      '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
    ];
    const [first, second, third] = blocks.map((hex) => decode(decoder, bytes(hex)));
    const rest = ['cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT', 'location: https://www.example.com'];
    expect(first).toEqual([':status: 302', ...rest]);
    expect(second).toEqual([':status: 307', ...rest]);
    expect(third).toEqual([
      ':status: 200',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:22 GMT',
      'location: https://www.example.com',
      'content-encoding: gzip',
      'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ]);
  });
});

describe('what is missing', () => {
  const CUSTOM = bytes('400a637573746f6d2d6b65790d637573746f6d2d686561646572');
  const NEWEST = bytes('be');

  test('a cut block tells what it holds, and its table is not known any more', () => {
    const decoder = new HpackDecoder();
    decode(decoder, CUSTOM);
    expect(decode(decoder, bytes('82 86 41 0f 7777'), false)).toEqual([':method: GET', ':scheme: http']);
    expect(decode(decoder, NEWEST)).toEqual(['null: null']);
  });

  test('entries added later are found again', () => {
    const decoder = new HpackDecoder();
    decode(decoder, CUSTOM);
    decoder.forget();
    expect(decode(decoder, Uint8Array.from([...CUSTOM, ...NEWEST, 0xbf]))).toEqual([
      'custom-key: custom-header',
      'custom-key: custom-header',
      'null: null',
    ]);
  });

  test('a value under an unknown name is kept in its place', () => {
    const decoder = new HpackDecoder();
    expect(decode(decoder, bytes('7e 01 61 be'))).toEqual(['null: a', 'null: a']);
  });

  test.each([
    { name: 'an integer without end', hex: '82 ff ff ff ff ff ff ff' },
    { name: 'a string beyond the block', hex: '82 00 05 61' },
    { name: 'no Huffman code', hex: '82 00 84 ff ff ff ff 01 61' },
  ])('$name ends the block', ({ hex }) => expect(decode(new HpackDecoder(), bytes(hex))).toEqual([':method: GET']));
});

test('the table is bounded, whatever its encoder announces', () => {
  const decoder = new HpackDecoder();
  decode(decoder, bytes('3f e1 ff ff 03'));
  const value = 'v'.repeat(100);
  const field = Uint8Array.from([0x40, 1, 0x6e, value.length, ...latin1Bytes(value)]);
  for (let i = 0; i < 1000; i++) decode(decoder, field);
  const kept = Math.floor(65_536 / (1 + value.length + 32));
  const index = (at: number): Uint8Array => Uint8Array.from([0xff, ...varint(61 + at - 127)]);
  expect(decode(decoder, index(kept))).toEqual([`n: ${value}`]);
  expect(decode(decoder, index(kept + 1))).toEqual(['null: null']);
});

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

test('any blocks, never a throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (blocks) => {
      const decoder = new HpackDecoder();
      for (const block of blocks) expect(decode(decoder, block).length).toBeLessThanOrEqual(block.length);
    }),
  );
});
