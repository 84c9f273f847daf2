import { expect, test } from '@jest/globals';
import { encodeTcpOptions } from './tcp-options-encoder.ts';

test.each([
  { name: 'none', options: [], hex: '' },
  {
    name: 'timestamps alone: NOP, NOP, timestamps',
    options: [{ kind: 'timestamps', tsval: 0x80000001, tsecr: 2 }],
    hex: '0101080a8000000100000002',
  },
  { name: 'maximum segment size', options: [{ kind: 'mss', value: 1460 }], hex: '020405b4' },
  {
    name: 'window scale and SACK permitted',
    options: [{ kind: 'window-scale', shift: 7 }, { kind: 'sack-permitted' }],
    hex: '0101010303070402',
  },
  { name: 'one SACK block', options: [{ kind: 'sack', blocks: [[1, 0xffffffff]] }], hex: '0101050a00000001ffffffff' },
  { name: 'unknown', options: [{ kind: 'unknown', code: 254, data: Uint8Array.of(9, 8) }], hex: 'fe040908' },
] as const)('$name', ({ options, hex }) => expect(Buffer.from(encodeTcpOptions(options)).toString('hex')).toBe(hex));
