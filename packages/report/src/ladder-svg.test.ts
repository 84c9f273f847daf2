import { describe, expect, test } from '@jest/globals';
import { HOSTILE, hostileIncident, postIncident } from '../test-data/incidents.ts';
import { ladderHeads } from './ladder-heads.ts';
import { ladderSvg } from './ladder-svg.ts';

const draw = (incident = postIncident): string =>
  ladderSvg(incident.ladder, ladderHeads(incident), `Packets. ${incident.sentence}`).toString();

/** Tags of the markup in order, attributes left out. Throws on text that is no well-formed markup. */
function tags(markup: string): readonly string[] {
  const found: string[] = [];
  const rest = markup.replace(/<(\/?[a-z]+)((?: [a-zA-Z0-9:-]+="[^"<>]*")*)(\/?)>/g, (_, name: string) => {
    found.push(name);
    return '';
  });
  expect(rest).not.toMatch(/[<>"]/);
  return found;
}

describe('ladderSvg', () => {
  test('one row per packet, the reset marked, the silence labelled, a label for screen readers', () => {
    const svg = draw();
    expect(svg.match(/class="rs-row/g)).toHaveLength(postIncident.ladder.length);
    expect(svg.match(/class="rs-row rs-reset"/g)).toHaveLength(1);
    expect(svg).toContain('RST ACK');
    expect(svg).toContain('… 260 ms idle …');
    expect(svg).toContain('seq 207  ack 357');
    expect(svg).toContain('aria-label="Packets. ');
    expect(svg).toContain('client 10.255.252.61:56576');
  });

  test('is well-formed and needs no inline style or script, so a strict content policy lets it through', () => {
    expect(tags(draw())).toContain('svg');
    expect(draw()).not.toMatch(/ style=|<script| on[a-z]+=/);
  });

  test('hostile text in every field adds no tag', () => {
    const hostile = hostileIncident();
    const svg = ladderSvg(hostile.ladder, ladderHeads(hostile), HOSTILE).toString();
    // A label that is cut carries its full text in a title; nothing else may differ.
    const withoutTitles = (names: readonly string[]): readonly string[] =>
      names.filter((name) => !/title|tspan/.test(name));
    expect(withoutTitles(tags(svg))).toEqual(
      withoutTitles(
        tags(
          draw({
            ...postIncident,
            ladder: hostile.ladder.map((row) => ({ ...row, label: 'x', note: 'y', flags: 'S' })),
          }),
        ),
      ),
    );
  });

  test('no rows, no drawing', () => {
    expect(ladderSvg([], ladderHeads(postIncident), '').toString()).toBe('');
  });
});
