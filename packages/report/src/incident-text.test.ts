import { describe, expect, test } from '@jest/globals';
import { hostileIncident, postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { renderIncidentText } from './incident-text.ts';

const ESC = String.fromCharCode(27);
const plain = (incident = postIncident, width = 100): string => renderIncidentText(incident, { color: false, width });

describe('renderIncidentText', () => {
  test('sentence first, then the answers, the line, the packets, the evidence, the rest', () => {
    const text = plain();
    expect(text.startsWith('● The client 10.255.252.61 reset the connection 304 ms')).toBe(true);
    const parts = [
      'harmless ·',
      'Succeeded?  Yes.',
      'Who?        The client',
      'To change   Nothing',
      'Line        error.log:13',
      'Connection  10.255',
      '   frame        time',
      'Evidence    · The whole',
      'Also        · 3 % tcp.stream 136',
      'Trust       handshake: seen',
    ];
    const positions = parts.map((part) => text.indexOf(part));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(Math.min(...positions)).toBeGreaterThan(0);
  });

  test('filters stay on one line, everything else keeps to the width', () => {
    const lines = plain(postIncident, 80)
      .split('\n')
      .filter((line) => !line.includes('tcp.stream eq'));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(plain(postIncident, 60)).toContain('tcp.stream eq 132 and frame.number in {488, 526..528, 543}\n');
  });

  test('a claim has its filter where its frames are too many to name', () => {
    const [claim] = postIncident.evidence;
    const many = { ...claim!, frames: [1, 2, 3, 4, 5, 6, 7, 8, 9], displayFilter: 'frame.number in {1..9}' };
    expect(plain({ ...postIncident, evidence: [many] })).toContain('\n              frame.number in {1..9}\n');
    expect(plain()).not.toMatch(/^ +frame\.number/m);
  });

  test('a cause that leaves the same traces stands beside the chosen one', () => {
    const other = { cause: 'other', title: 'Another cause', missing: 'the kernel says which' };
    expect(plain({ ...postIncident, causeAlternatives: [other] })).toContain(
      'Also        · Another cause: the kernel says which\n',
    );
  });

  test('a line without a connection shows the reason and no empty section', () => {
    const text = plain(unmatchedIncident);
    expect(text).toContain('No connection found: capture lost packets');
    expect(text).not.toMatch(/^(To change|Connection|Evidence|Also)|frame/m);
  });

  test('the matched fields of the line are bold, and colour changes nothing but colour', () => {
    const painted = renderIncidentText(postIncident, { color: true, width: 100 });
    expect(painted).toContain(`${ESC}[1m10.255.252.61${ESC}[22m`);
    expect(painted.replace(new RegExp(`${ESC}\\[\\d+m`, 'g'), '')).toBe(plain());
  });

  test.each([false, true])('hostile text in every field reaches the terminal as text: color %s', (color) => {
    const text = renderIncidentText(hostileIncident(), { color, width: 100 });
    const own = new RegExp(`${ESC}\\[(?:1|2|22|31|32|33|36|39)m`, 'g');
    expect(text.replace(own, '')).not.toMatch(/[^\n\P{C}]/u);
    expect(text).toContain('\\x1b[2J');
  });
});
