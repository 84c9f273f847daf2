import { expect, test } from '@jest/globals';
import { mergeRights, readRights } from './process-rights.ts';

/** proc(5), the lines that count. */
function status(uid: number, permitted: string, noNewPrivs: 0 | 1): string {
  const sets = `CapInh:\t0000000000000000\nCapPrm:\t${permitted}\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\n`;
  return `Name:\tnode\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n${sets}NoNewPrivs:\t${noNewPrivs}\n`;
}

const NOTHING = '0000000000000000';
const NET_RAW = '0000000000002000';

test.each([
  {
    name: 'all gone',
    texts: [status(65534, NOTHING, 1), status(65534, NOTHING, 1)],
    rights: { uid: 65534, capabilities: 0n, noNewPrivs: true },
  },
  {
    name: 'one thread has one left',
    texts: [status(65534, NOTHING, 1), status(65534, NET_RAW, 1)],
    rights: { uid: 65534, capabilities: 0x2000n, noNewPrivs: true },
  },
  {
    name: 'one thread may gain rights',
    texts: [status(65534, NOTHING, 1), status(65534, NOTHING, 0), ''],
    rights: { uid: 65534, capabilities: 0n, noNewPrivs: false },
  },
])('mergeRights: $name', ({ texts, rights }) => {
  expect(mergeRights(texts)).toEqual(rights);
});

test('readRights: this process, and one that is not there', () => {
  if (process.platform === 'linux') expect(readRights()?.uid).toBe(process.geteuid?.());
  expect(readRights(2 ** 31)).toBeUndefined();
});
