import { expect, test } from '@jest/globals';
import { postIncident } from '../../report/test-data/incidents.ts';
import { fingerprint } from './fingerprint.ts';
import { readGroupAbout, writeGroupAbout } from './group.ts';

test('what a group shares is written and read back', () => {
  const print = fingerprint(postIncident)!;
  expect(readGroupAbout(writeGroupAbout(print, postIncident))).toEqual({
    fingerprint: print,
    title: postIncident.title,
    harm: 'harmless',
  });
});

test.each(['', '{', '{}', '{"fingerprint":{},"title":"x","harm":"harmless"}'])('%j is not ours', (text) => {
  expect(readGroupAbout(text)).toBeNull();
});
