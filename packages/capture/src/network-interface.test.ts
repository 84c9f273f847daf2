import { expect, test } from '@jest/globals';
import { interfaceNames, parseInterfaceNames } from './network-interface.ts';

test('parseInterfaceNames', () => {
  const text = `Inter-|   Receive                    |  Transmit
 face |bytes    packets errs drop|bytes    packets
    lo:    4905      49    0    0     4905      49
eth0.10: 429241757   11837    0    0  1060702    7271
`;
  expect(parseInterfaceNames(text)).toEqual(['lo', 'eth0.10']);
});

const testOnLinux = process.platform === 'linux' ? test : test.skip;
if (process.platform !== 'linux') process.stderr.write('skipped: /proc/net/dev is Linux\n');
testOnLinux('every Linux has a loopback', () => {
  expect(interfaceNames()).toContain('lo');
});
