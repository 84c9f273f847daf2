import { isIP } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressText, endpointText, parseAddress } from './address.ts';

describe('addressText and parseAddress', () => {
  test.each([
    { text: '10.0.0.1', words: [0, 0, 0xffff, 0x0a000001] },
    { text: '255.255.255.255', words: [0, 0, 0xffff, -1] },
    { text: '0.0.0.0', words: [0, 0, 0xffff, 0] },
    { text: '2001:db8::1', words: [0x20010db8, 0, 0, 1] },
    { text: '::', words: [0, 0, 0, 0] },
    { text: '::1', words: [0, 0, 0, 1] },
    { text: '1::', words: [0x10000, 0, 0, 0] },
    { text: 'fe80::ffff:ffff:ffff:ffff', words: [-25165824, 0, -1, -1] },
    // RFC 5952 sections 4.2.2 and 4.2.3: one zero group stays, the longest run goes, the first of equals.
    { text: '2001:db8:0:1:1:1:1:1', words: [0x20010db8, 1, 0x10001, 0x10001] },
    { text: '2001:0:0:1::1', words: [0x20010000, 1, 0, 1] },
    { text: '2001:db8::1:0:0:1', words: [0x20010db8, 0, 0x10000, 1] },
  ])('$text', ({ text, words }) => {
    expect(parseAddress(text)).toEqual(words);
    expect(addressText(words[0]!, words[1]!, words[2]!, words[3]!)).toBe(text);
  });

  test.each([
    { text: '[2001:DB8::1]', same: '2001:db8::1' },
    { text: '::ffff:10.0.0.1', same: '10.0.0.1' },
    { text: '64:ff9b::192.0.2.33', same: '64:ff9b::c000:221' },
    { text: '1:2:3:4:5:6:7.8.9.10', same: '1:2:3:4:5:6:708:90a' },
    { text: '0001:0002:0003:0004:0005:0006:0007:0008', same: '1:2:3:4:5:6:7:8' },
  ])('$text is $same', ({ text, same }) => {
    const words = parseAddress(text);
    expect(words && addressText(...words)).toBe(same);
  });

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1.2',
    '10.0.0.1:80',
    '[10.0.0.1]',
    ' 10.0.0.1',
    'unix:/tmp/s',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    '1.2.3.4::',
    '12345::',
    'fe80::1%eth0',
    '::1.2.3',
    '[::1',
    'g::',
    '٣.1.1.1',
    `${'0:'.repeat(5000)}1`,
  ])('%j is no address', (text) => expect(parseAddress(text)).toBeNull());

  test('every address survives the way to text and back, and node:net takes the text', () => {
    const word = fc.oneof(fc.constant(0), fc.integer());
    fc.assert(
      fc.property(word, word, word, word, (...words) => {
        const text = addressText(...words);
        expect(parseAddress(text)).toEqual(words);
        expect(isIP(text)).toBeGreaterThan(0);
      }),
    );
  });

  test('whatever is read, node:net reads too', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/)), (text) => {
        if (!text.startsWith('[')) expect(parseAddress(text) !== null && isIP(text) === 0).toBe(false);
      }),
    );
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => expect(parseAddress(text)).not.toBeNull()));
  });
});

test.each([
  { address: '10.0.0.1', endpoint: '10.0.0.1:80' },
  { address: '2001:db8::1', endpoint: '[2001:db8::1]:80' },
])('endpointText: $endpoint', ({ address, endpoint }) => expect(endpointText(address, 80)).toBe(endpoint));
