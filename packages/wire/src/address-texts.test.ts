import { expect, test } from '@jest/globals';
import { addressText, parseAddress } from './address.ts';
import { AddressTexts } from './address-texts.ts';

test.each(['10.0.0.1', '255.255.255.255', '0.0.0.0', '2001:db8::1', '::1'])('%s, at first and again', (text) => {
  const texts = new AddressTexts();
  const words = parseAddress(text)!;
  expect([texts.of(...words), texts.of(...words)]).toEqual([text, text]);
});

test('more hosts than are remembered', () => {
  const texts = new AddressTexts();
  for (let host = 0; host < 40_000; host++) texts.of(0, 0, 0xffff, host);
  expect(texts.of(0, 0, 0xffff, 7)).toBe(addressText(0, 0, 0xffff, 7));
});
