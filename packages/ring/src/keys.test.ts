import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ringKeys, sanitizeNode } from './keys.ts';

describe('ringKeys', () => {
  test('carry one hash tag', () => {
    expect(ringKeys('web-1')).toEqual({
      blocks: '{resetscope:ring:web-1}:blocks',
      indexes: '{resetscope:ring:web-1}:indexes',
      times: '{resetscope:ring:web-1}:times',
      order: '{resetscope:ring:web-1}:order',
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
