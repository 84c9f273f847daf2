import { describe, expect, test } from '@jest/globals';
import { HOSTILE, hostileIncident, postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { row, twoLegged } from '../test-data/legs.ts';
import { type Drawable, ladderDrawings, laneRows, lifelineNames } from './ladder-drawing.ts';

const draw = (incident: Drawable = postIncident): readonly string[] => ladderDrawings(incident).map(String);

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

/** Letters of a drawing that stand right of its edge, when each takes as much room as the widest font (0.6 em). */
function beyond(svg: string): readonly string[] {
  const width = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const texts = svg.matchAll(/<text class="rs-text" x="(\d+)"[^>]*>(.*?)<\/text>/g);
  return [...texts].flatMap(([, x, inner = '']) => {
    const shown = inner.replace(/<title>.*?<\/title>|<[^>]*>/g, '').replace(/&[a-z#0-9]+;/g, 'x');
    return Number(x) + shown.length * 7.2 > width ? [shown] : [];
  });
}

describe('ladderDrawings', () => {
  test('for a desk and for a phone: a row per packet, the reset marked, the silence labelled', () => {
    const both = draw();
    expect(both.map((svg) => /class="rs-ladder ([a-z-]+)"/.exec(svg)?.[1])).toEqual(['rs-wide', 'rs-narrow']);
    for (const svg of both) {
      expect(svg.match(/class="rs-row/g)).toHaveLength(postIncident.ladder.length);
      expect(svg.match(/class="rs-row rs-reset"/g)).toHaveLength(1);
      expect(svg.match(/class="rs-band"/g)).toHaveLength(1);
      expect(svg).toContain('RST ACK');
      expect(svg).toContain('… 260 ms idle …');
    }
  });

  test('a name and a sentence for screen readers', () => {
    const [wide = ''] = draw();
    const rows = postIncident.ladder.length;
    expect(wide).toContain(
      `<title>Ladder diagram of ${rows} rows between client 10.255.252.61:56576 and nginx 10.4.37.69:80</title><desc>10.255.252.61:56576 → 10.4.37.69:80. ${postIncident.sentence}</desc>`,
    );
  });

  test('relative and raw numbers are there and not shown; a phone has no room for them', () => {
    const [wide = '', narrow = ''] = draw();
    const reset = postIncident.ladder.find(({ kind }) => kind === 'reset');
    expect(wide).toMatch(/<text class="rs-seq" [^>]*display="none">seq 207 {2}ack 357</);
    expect(wide).toContain(`>seq ${reset?.rawSeq}  ack ${reset?.rawAck}<`);
    expect(narrow).not.toMatch(/rs-seq|rs-raw/);
  });

  test('both connections of a request: three lifelines, each packet between its own two', () => {
    expect(lifelineNames(twoLegged)).toEqual(['client 10.255.252.61:56576', 'nginx', 'upstream 10.9.8.191:3000']);
    expect(laneRows(twoLegged).map(({ frame, lane }) => `${frame} ${lane}`)).toEqual([
      ...['3 0', '4 0', '5 1', '6 1', '7 1', '8 1', '9 0'],
    ]);
    for (const svg of draw(twoLegged)) {
      expect(svg.match(/class="rs-row/g)).toHaveLength(7);
      // Three lines, broken in two by the silence.
      expect(svg.match(/class="rs-life"/g)).toHaveLength(9);
      expect(svg).toContain('… 300 ms idle …');
    }
  });

  test('words stay inside the drawing, however long', () => {
    const ladder = [row(1, 0, 'originator', { label: 'x'.repeat(3000), flags: 'FPU.', len: 65_000 })];
    for (const one of [
      { ...postIncident, ladder },
      { ...twoLegged, ladder },
    ]) {
      for (const svg of draw(one)) expect(beyond(svg)).toEqual([]);
    }
    expect(beyond('<svg viewBox="0 0 100 9"><text class="rs-text" x="90" y="1">SYN</text></svg>')).toEqual(['SYN']);
  });

  test('is well-formed and needs no inline style or script, so a strict content policy lets it through', () => {
    for (const svg of draw()) {
      expect(tags(svg)).toContain('svg');
      expect(svg).not.toMatch(/ style=|<script| on[a-z]+=/);
    }
  });

  test('hostile text in every field adds no tag', () => {
    const hostile = { ...hostileIncident(), sentence: HOSTILE };
    // A label that is cut carries its full text in a title, a long note has more lines; nothing else may differ.
    const shape = (svg: string): readonly string[] => tags(svg).filter((name) => !/title|tspan/.test(name));
    const tame = hostile.ladder.map((one) => ({ ...one, label: 'x', note: 'y', flags: 'S' }));
    expect(draw(hostile).map(shape)).toEqual(draw({ ...postIncident, ladder: tame }).map(shape));
  });

  test('no rows, no drawing', () => {
    expect(draw(unmatchedIncident)).toEqual([]);
  });
});
