import { expect, test } from '@jest/globals';
import { resetJobId } from '@resetscope/jobs';
import { unloggedIncidentId } from './unlogged-incident-id.ts';

const KEY = { addressA: '10.0.0.1', portA: 40_000, addressB: '10.0.0.2', portB: 80 };
const TURNED = { addressA: '10.0.0.2', portA: 80, addressB: '10.0.0.1', portB: 40_000 };

test('the same for both directions, another for anything else', () => {
  const id = unloggedIncidentId('web-1', KEY, 1);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(unloggedIncidentId('web-1', TURNED, 1)).toBe(id);
  const others = [
    unloggedIncidentId('web-2', KEY, 1),
    unloggedIncidentId('web-1', KEY, 2),
    unloggedIncidentId('web-1', { ...KEY, portA: 40_001 }, 1),
    resetJobId({ node: 'web-1', fileId: '10.0.0.1:40000-10.0.0.2:80', offset: 1 }),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});
