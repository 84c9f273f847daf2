import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOSTILE } from '../test-data/incidents.ts';
import { type HtmlValue, html } from './html.ts';

describe('html', () => {
  test.each<{ name: string; value: HtmlValue; shown: string }>([
    { name: 'text', value: `<a href="x">&'`, shown: '&lt;a href=&quot;x&quot;&gt;&amp;&#39;' },
    { name: 'number', value: 1.5, shown: '1.5' },
    { name: 'null', value: null, shown: '' },
    { name: 'undefined', value: undefined, shown: '' },
    { name: 'false', value: false, shown: '' },
    { name: 'zero', value: 0, shown: '0' },
    { name: 'array of text and markup', value: ['<', html`<b>${'<'}</b>`, 1], shown: '&lt;<b>&lt;</b>1' },
    { name: 'control characters', value: 'a\u0000\u001b\nb', shown: 'a\\x00\\x1b\nb' },
  ])('$name', ({ value, shown }) => {
    expect(html`<p>${value}</p>`.toString()).toBe(`<p>${shown}</p>`);
  });

  test('an object that looks like markup is not taken for it', () => {
    const forged = { kind: 'html', markup: '<script>', toString: () => '<script>' } as unknown as HtmlValue;
    expect(html`${forged}`.toString()).toBe('&lt;script&gt;');
  });

  test('hostile text opens no tag and ends no attribute', () => {
    expect(html`<p title="${HOSTILE}">${HOSTILE}</p>`.toString()).toMatch(/^<p title="[^"<>]*">[^<>"]*<\/p>$/);
  });

  test('no text adds markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.toString()).not.toMatch(/[<>"']/);
      }),
    );
  });
});
