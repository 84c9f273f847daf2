import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hostileIncident, postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { markdownCode, markdownText, renderIncidentMarkdown } from './incident-markdown.ts';

/** What is left when fenced blocks, escaped characters and our own markup are taken away. */
function live(markdown: string): string {
  return markdown
    .replace(/^(`{3,})\n[\s\S]*?\n\1$/gm, '')
    .replace(/\\[!-/:-@[-`{-~]/g, '')
    .replace(/^(## |- \*\*(?:Succeeded\?|Who\?|To change:)\*\* | {2}- |- |\*\*)/gm, '')
    .replace(/\*\*$/gm, '');
}

describe('renderIncidentMarkdown', () => {
  test('holds title, sentence, answers, line, ladder, evidence and link', () => {
    const markdown = renderIncidentMarkdown(postIncident, 'http://127.0.0.1:9150/incidents/7');
    for (const part of [
      '## Client resets',
      '- **Succeeded?** Yes',
      '  - client: Read',
      '```\n2026/11/22',
      'RST [R.] seq 207',
      '(frames 488, 489)',
      '<http://127.0.0.1:9150/incidents/7>',
    ]) {
      expect(markdown.replace(/\\/g, '')).toContain(part);
    }
  });

  test('hostile text in every field leaves no markup of its own', () => {
    const rest = live(renderIncidentMarkdown(hostileIncident()));
    expect(rest).not.toMatch(/[<>`[\]#_*\\]/);
    expect(rest).not.toMatch(/[^\n\P{C}]/u);
  });

  test('a line without a connection has no empty parts', () => {
    expect(renderIncidentMarkdown(unmatchedIncident)).not.toMatch(/\n\n\n|To change|- \*\*[^*]+\*\* \n/);
  });
});

test('markdownText escapes all ASCII punctuation', () => {
  expect(markdownText('<a> [b](c) `d` *e* a.b')).toBe('\\<a\\> \\[b\\]\\(c\\) \\`d\\` \\*e\\* a\\.b');
});

test('a code block ends where it should, whatever is inside', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('`', '\n', '~', 'a', ' ')), (characters) => {
      const [fence = '', ...rest] = markdownCode(characters.join(''), true).split('\n');
      expect(rest.findIndex((line) => line.trim().startsWith(fence))).toBe(rest.length - 1);
    }),
  );
});
