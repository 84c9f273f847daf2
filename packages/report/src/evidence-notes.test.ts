import { expect, test } from '@jest/globals';
import { evidenceNotes } from './evidence-notes.ts';

test('a claim stands once, at the last packet that shows it', () => {
  const notes = evidenceNotes([
    { claim: 'nginx sent FIN', frames: [5, 6], displayFilter: '' },
    { claim: 'the client answered with RST', frames: [6], displayFilter: '' },
    { claim: 'nothing came after', frames: [], displayFilter: '' },
  ]);
  expect([...notes]).toEqual([[6, 'nginx sent FIN. the client answered with RST']]);
});
