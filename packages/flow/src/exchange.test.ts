import { expect, test } from '@jest/globals';
import { openExchange } from './exchange.ts';

test('an exchange begins as a partial request without an answer', () => {
  const exchange = openExchange(3, 100, 5, 9);
  expect(exchange).toMatchObject({ index: 3, requestStart: 100, requestStartUs: 5, requestFrame: 9 });
  expect(exchange).toMatchObject({
    requestState: 'partial',
    responseState: 'none',
    framing: 'exact',
    requestEnd: null,
  });
});
