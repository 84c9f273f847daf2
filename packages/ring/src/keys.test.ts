import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatBlockId, parseBlockId, ringKeys, sanitizeNode } from './keys.ts';

describe('ringKeys', () => {
  test('carry one hash tag', () => {
    expect(ringKeys('web-1')).toEqual({
      blocks: '{resetscope:ring:web-1}:blocks',
      indexes: '{resetscope:ring:web-1}:indexes',
      times: '{resetscope:ring:web-1}:times',
      gaps: '{resetscope:ring:web-1}:gaps',
      state: '{resetscope:ring:web-1}:state',
      reach: '{resetscope:ring:web-1}:reach',
    });
  });

  test('no node name can break out of the tag', () => {
    fc.assert(
      fc.property(fc.string(), (node) =>
        expect(ringKeys(node).state).toMatch(/^\{resetscope:ring:[\w.-]{1,255}\}:state$/),
      ),
    );
  });
});

test.each([
  { node: 'web-1.example.org', name: 'web-1.example.org' },
  { node: 'a}b{c d', name: 'a_b_c_d' },
  { node: '', name: '_' },
])('sanitizeNode $node', ({ node, name }) => {
  expect(sanitizeNode(node)).toBe(name);
});

test('a block id reads back', () => {
  const id = formatBlockId('ab12', 7, 1_795_000_000_000_000, 1_795_000_000_100_000, 4096);
  expect(id).toBe('ab12:7:1795000000000000:1795000000100000:4096');
  expect(parseBlockId(id)).toEqual({ id, firstUs: 1_795_000_000_000_000, lastUs: 1_795_000_000_100_000 });
});

test.each(['', 'ab12', 'ab12:7:1:2', 'ab12:7:x:2:3', 'ab12:7:1:2:3:4'])('%j is no block id', (text) => {
  expect(parseBlockId(text)).toBeNull();
});
