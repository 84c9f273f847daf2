import { expect, test } from '@jest/globals';
import { readGroupState } from './group-state.ts';

const NOW_US = 100;
const at = (tsUs: number): string => String(tsUs).padStart(16, '0');

test.each([
  { name: 'nothing decided', stored: null, state: { kind: 'open' } },
  { name: 'expected', stored: { kind: 'expected', sinceUs: at(7) }, state: { kind: 'expected', sinceUs: 7, by: null } },
  {
    name: 'resolved',
    stored: { kind: 'resolved', sinceUs: at(7), by: 'Ada' },
    state: { kind: 'resolved', sinceUs: 7, by: 'Ada' },
  },
  { name: 'regressed', stored: { kind: 'regressed', sinceUs: at(7) }, state: { kind: 'regressed', sinceUs: 7 } },
  {
    name: 'snoozed',
    stored: { kind: 'snoozed', sinceUs: at(7), untilUs: at(101) },
    state: { kind: 'snoozed', sinceUs: 7, untilUs: 101, by: null },
  },
  {
    name: 'a snooze that is over',
    stored: { kind: 'snoozed', sinceUs: at(7), untilUs: at(100) },
    state: { kind: 'open' },
  },
  { name: 'of a later version', stored: { kind: 'assigned' }, state: { kind: 'open' } },
])('$name', ({ stored, state }) => {
  expect(readGroupState(stored === null ? null : JSON.stringify(stored), NOW_US)).toEqual(state);
});
