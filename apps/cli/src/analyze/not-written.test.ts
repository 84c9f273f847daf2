import { expect, test } from '@jest/globals';
import { notWritten } from './not-written.ts';

test.each([
  {
    error: Object.assign(new Error('x'), { code: 'ENOSPC' }),
    message: 'cannot write a page: no space left on that disk; do this',
  },
  { error: Object.assign(new Error('x'), { code: 'EMFILE' }), message: 'cannot write a page: EMFILE; do this' },
  { error: new Error('x'), message: 'cannot write a page: Error: x; do this' },
])('$message', ({ error, message }) => {
  expect(notWritten('a page', error, 'do this')).toMatchObject({ message, code: 'RS_FILE_UNREADABLE', cause: error });
});
