import { expect, test } from '@jest/globals';
import { downloadName, isIncidentId } from './incident-id.ts';

test.each([
  { id: 'a1b2c3', isId: true },
  { id: 'web-1:42.7_x', isId: true },
  { id: '', isId: false },
  { id: 'a/b', isId: false },
  { id: 'a"b', isId: false },
  { id: 'a\r\nb', isId: false },
  { id: 'x'.repeat(129), isId: false },
])('isIncidentId($id)', ({ id, isId }) => {
  expect(isIncidentId(id)).toBe(isId);
});

test('a download has a name that is safe everywhere', () => {
  expect(downloadName('web-1:42/../"x', 'pcapng')).toBe('resetscope-web-1_42_..__x.pcapng');
});
