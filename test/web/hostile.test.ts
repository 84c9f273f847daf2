/** Hostile text in every field that log and wire can carry: nothing runs, on no page and in no download. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Heartbeat, readHeartbeats } from '@resetscope/telemetry';
import { hasProgram, makeTempDir, type TempDir, waitUntil } from '@resetscope/testkit';
import { writeReport } from '../../apps/cli/src/analyze/report-file.ts';
import { hostileIncident } from '../../packages/report/test-data/incidents.ts';
import { type HostileCase, hostileCase } from './hostile-case.ts';
import { FOREIGN_HOST, PAYLOADS } from './payloads.ts';
import { WatchedBrowser } from './watched-browser.ts';
import { WebStage } from './web-stage.ts';

const payloads = Object.values(PAYLOADS);
const HOSTILE_ID = `a"><script>window.planted=1</script><b data-planted>`;

/** A control or format character, but for newline and tab: what steers a terminal or hides text. */
const STEERING = /[^\n\t\P{C}]/u;

/** Markup of the payloads that has become markup. */
const PLANTED = /<(?:script>|b data-planted|img[/ ]src=[x/]|iframe|details\/|base |svg\/)/;

const canRun = WatchedBrowser.isInstalled && hasProgram('redis-server');
if (!canRun) console.log('skipped: chromium or redis-server is not installed');

(canRun ? describe : describe.skip)('hostile text', () => {
  let stage: WebStage;
  let browser: WatchedBrowser;
  let dir: TempDir;
  let recorded: HostileCase;
  const ids: string[] = [];
  const heartbeats: Heartbeat[] = [];

  beforeAll(async () => {
    dir = await makeTempDir('resetscope-hostile-');
    stage = await WebStage.open({ requestsPerSecond: 0 });
    browser = await WatchedBrowser.open();
    recorded = await hostileCase(dir.path, payloads);
    for (const [at, incident] of recorded.analysis.incidents.entries()) {
      ids.push(`wire-${at}`);
      await stage.put({
        id: `wire-${at}`,
        incident,
        node: payloads[at % payloads.length] ?? '',
        evidence: recorded.captures[at] ?? null,
      });
    }
    for (const [at, payload] of payloads.entries()) {
      ids.push(`store-${at}`);
      await stage.put({
        id: `store-${at}`,
        incident: hostileIncident(payload),
        node: payload,
        evidence: recorded.captures[0] ?? null,
      });
    }
    for (const payload of payloads) {
      const node = payload.replaceAll(/\s/g, '_');
      heartbeats.push(new Heartbeat(stage.redis, { app: 'tailer', node, notReady: () => payload }));
    }
    await stage.put({ id: HOSTILE_ID, incident: hostileIncident(payloads[0]), node: payloads[0] ?? '' });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(heartbeats.map((heartbeat) => heartbeat.stop()));
    await browser.close();
    await stage.close();
    await dir.remove();
  });

  const text = async (path: string): Promise<string> => (await stage.get(path)).text();
  const nothingWrong = async (path: string): Promise<void> => {
    const complaints = await browser.complaints(`${stage.web.url}${path}`, { own: stage.web.url });
    expect({ path, complaints }).toEqual({ path, complaints: [] });
  };

  test('the parsers let it through: it is in the incidents, from log and wire', () => {
    const { incidents } = recorded.analysis;
    expect(incidents).toHaveLength(3 * payloads.length);
    expect(incidents.filter(({ status }) => status === 'matched').length).toBeGreaterThan(payloads.length);
    const all = JSON.stringify(incidents);
    expect(all).toContain('<script>window.planted=1</script>');
    expect(all).toContain('ClientHello');
    expect(all).toContain(`//${FOREIGN_HOST}/i`);
  });

  test('the lists', async () => {
    const views = ['/', '/?range=all&state=any', '/?order=count', '/incidents', '/incidents?range=all'];
    for (const path of views) await nothingWrong(path);
    const list = await text('/incidents?range=all');
    expect(list).toContain('&lt;script&gt;');
  });

  test('the watcher itself, with hosts that call themselves so', async () => {
    await waitUntil(async () => (await readHeartbeats(stage.redis)).length > payloads.length, {
      what: 'the heartbeats',
    });
    await nothingWrong('/now');
    expect(await text('/now')).toContain('&lt;script&gt;');
  });

  test('hostile text in the address itself', async () => {
    for (const payload of payloads) {
      const part = encodeURIComponent(payload.replace(/\ud800/g, ''));
      for (const path of [
        `/?text=${part}&upstream=${part}&from=${part}&x${part}=1`,
        `/incidents?text=${part}&client=${part}`,
      ]) {
        expect(await text(path)).not.toMatch(PLANTED);
      }
      const gone = await text(`/incidents/${part}`);
      expect(gone).not.toMatch(PLANTED);
    }
    const all = encodeURIComponent(payloads.join(' ').replace(/\ud800/g, ''));
    await nothingWrong(`/incidents?text=${all.slice(0, 4000)}`);
  });

  test('every group, in the browser those that are hostile in all they show', async () => {
    const groups = await stage.store.groups({ limit: 100 });
    expect(groups.length).toBeGreaterThan(payloads.length);
    for (const { id } of groups) expect(await text(`/groups/${id}`)).not.toMatch(PLANTED);
    // Those with the payload in every field.
    const whole = groups.filter(({ lastIncidentId }) => !lastIncidentId.startsWith('wire-'));
    expect(whole).toHaveLength(payloads.length);
    for (const { id } of whole) await nothingWrong(`/groups/${id}`);
  }, 60_000);

  test('every incident, with all that can be unfolded unfolded', async () => {
    for (const id of ids) expect(await text(`/incidents/${id}`)).not.toMatch(PLANTED);
    // Of one payload in the log and on the wire the three incidents look alike.
    for (const id of ids.filter((_id, at) => at % 3 === 0 || ids[at]?.startsWith('store-'))) {
      const path = `/incidents/${id}`;
      const complaints = await browser.complaints(`${stage.web.url}${path}`, { own: stage.web.url }, async (page) => {
        await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
      });
      expect({ path, complaints }).toEqual({ path, complaints: [] });
    }
  }, 120_000);

  test('an id that is hostile itself is linked and answered safely, also as an event', async () => {
    await nothingWrong(`/incidents/${encodeURIComponent(HOSTILE_ID)}`);
    const complaints = await browser.complaints(`${stage.web.url}/incidents`, { own: stage.web.url }, async (page) => {
      await page.locator('[data-live-toggle][data-connected]').waitFor();
      const sentence = 'It has come while somebody was looking';
      await stage.put({ id: `${HOSTILE_ID}\u2028`, incident: { ...hostileIncident(payloads[0]), sentence } });
      await page.getByRole('button', { name: /new/ }).click();
      await page.getByText(sentence).first().waitFor();
    });
    expect(complaints).toEqual([]);
  });

  test('an event is one line of data, whatever the id', async () => {
    const answer = await stage.get('/events');
    const reader = answer.body!.getReader();
    const decoder = new TextDecoder();
    let heard = decoder.decode((await reader.read()).value);
    await stage.put({ id: 'x\r\n\r\nevent: incident\r\ndata: "planted"', incident: hostileIncident('x') });
    while (!heard.includes('data:')) heard += decoder.decode((await reader.read()).value);
    await reader.cancel();
    expect(heard.split(/\r\n|\r|\n/).filter((line) => line.startsWith('data:'))).toEqual([
      'data: "x\\r\\n\\r\\nevent: incident\\r\\ndata: \\"planted\\""',
    ]);
  });

  /** Files that an incident's page offers. */
  const downloads = async (id: string): Promise<readonly string[]> =>
    [...(await text(`/incidents/${id}`)).matchAll(/href="(\/incidents\/[^"/]+(?:\.\w+|\/[\w.]+))"/g)].map(
      ([, path = '']) => path,
    );

  test('each download is of a kind that is looked at here', async () => {
    const paths = await downloads('wire-0');
    expect(paths.map((path) => path.replace(/^.*\./, '')).sort()).toEqual(['json', 'md', 'pcapng']);
  });

  test('downloads have safe names, are never sniffed, and steer no terminal', async () => {
    for (const id of ids) {
      for (const path of await downloads(id)) {
        const answer = await stage.get(path);
        const name = `resetscope-${id}${path.slice(path.lastIndexOf('.'))}`;
        expect(answer.headers.get('content-disposition')).toMatch(
          new RegExp(`^(?:inline|attachment); filename="${name}"$`),
        );
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
        expect(answer.headers.get('content-type')).not.toMatch(/html|svg|xml|javascript/);
        if (!path.endsWith('.pcapng')) expect(await answer.text()).not.toMatch(STEERING);
      }
    }
    for (const name of ['%0d%0ax', '%22%3bx', '..%2f..%2fx']) {
      expect((await stage.get(`/incidents/${name}/evidence.pcapng`)).status).toBe(404);
    }
  });

  test('JSON gives the same text back, from pages and API', async () => {
    const at = payloads.indexOf(PAYLOADS['terminal'] ?? '');
    for (const path of [`/incidents/store-${at}.json`, `/api/incidents/store-${at}`, `/api/v1/incidents/store-${at}`]) {
      const body = await text(path);
      expect(body).not.toMatch(STEERING);
      expect(JSON.parse(body)).toMatchObject({ incident: { sentence: PAYLOADS['terminal'] } });
    }
  });

  test('Markdown has the structure of any other incident: no link, image, heading or table is added', async () => {
    await stage.put({ id: 'plain', incident: hostileIncident('plain text') });
    const plain = structure(await text('/incidents/plain.md'));
    for (const at of payloads.keys()) {
      const hostile = structure(await text(`/incidents/store-${at}.md`));
      expect({ payload: payloads[at], ...hostile }).toEqual({ payload: payloads[at], ...plain });
    }
  });

  test('CSV has a row per incident, and no cell is a formula, breaks out, or steers a terminal', async () => {
    const answer = await stage.get('/incidents.csv?range=all');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="resetscope-incidents.csv"');
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    const csv = await answer.text();
    const [head = [], ...rows] = csvRows(csv);
    expect(rows.length).toBeGreaterThanOrEqual(ids.length);
    expect(rows.filter((row) => row.length !== head.length)).toEqual([]);
    const cells = rows.flat();
    // OWASP, CSV injection: what a spreadsheet takes for a formula.
    expect(cells.filter((cell) => /^\s*[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(cells.filter((cell) => STEERING.test(cell))).toEqual([]);
    expect(csv).toContain('HYPERLINK');
  });

  test('a download opened in the browser as if it were a page runs nothing', async () => {
    for (const at of payloads.keys()) {
      for (const kind of ['json', 'md']) {
        const url = `${stage.web.url}/incidents/store-${at}.${kind}`;
        const complaints = await browser.complaints(url, { own: stage.web.url });
        // Chromium shows a text in one element of its own.
        expect(complaints.filter((complaint) => !complaint.startsWith('made: <pre style="word-wrap'))).toEqual([]);
      }
    }
  });

  test('comments in a capture steer no terminal', () => {
    // In a section header and in packets the options are text; the packets themselves are what was on the wire.
    const comments = recorded.captures.flatMap((file) => [...commentsOf(file)]);
    expect(comments.length).toBeGreaterThan(recorded.captures.length);
    expect(comments.filter((comment) => STEERING.test(comment))).toEqual([]);
  });

  test('the report of analyze, opened from disk', async () => {
    const path = join(dir.path, 'report.html');
    await writeReport(path, recorded.analysis, {
      errorLogs: [`error"><img src=x onerror=planted>.log`],
      captures: payloads,
      accessLogs: payloads,
    });
    const url = pathToFileURL(path).href;
    const complaints = await browser.complaints(url, { own: url, isInline: true }, async (page) => {
      await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
    });
    expect(complaints).toEqual([]);
  });

  describe('the checks find what they should', () => {
    let server: Server;
    const serve = (body: string): Promise<string> =>
      new Promise((resolve) => {
        server = createServer((_request, answer) =>
          answer.setHeader('content-type', 'text/html').end(`<!doctype html><link rel=icon href=data:,>${body}`),
        );
        server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
      });

    test.each([
      ['script', PAYLOADS['script'], 'a planted script ran'],
      ['an attribute', `<p title="${PAYLOADS['attribute, double quotes']}">`, 'made: <p'],
      ['an event handler', PAYLOADS['event handlers'], 'a planted script ran'],
      ['another host', PAYLOADS['foreign things'], `asked: http://${FOREIGN_HOST}/i`],
      ['an address', `<a href="javascript:x">x</a>`, 'made: <a'],
      ['a dialog', '<script>alert(1)</script>', 'dialog: 1'],
    ])('%s', async (_name, body, expected) => {
      const url = await serve(body ?? '');
      const complaints = await browser.complaints(url, { own: url });
      server.close();
      expect(complaints.join('\n')).toContain(expected);
    });

    test('CSV', () => {
      expect(csvRows('a,b\r\n"=1","x""y\n"\r\n')).toEqual([
        ['a', 'b'],
        ['=1', 'x"y\n'],
      ]);
    });

    test('Markdown', () => {
      const plain = structure('**plain text**');
      for (const payload of ['[a](b)', '![a](b)', '`c`', '<b>', '# h', '**x** **y**', '```\nx\n```', 'http://x']) {
        expect(structure(payload)).not.toEqual(plain);
      }
    });
  });
});

/** What CommonMark and GitHub's extensions make of it: counts of what is not escaped, outside of code; kinds of lines. */
function structure(markdown: string): Readonly<Record<string, number>> {
  const { outside, blocks } = withoutCode(markdown);
  const live = outside.replace(/\\[!-/:-@[-`{-~]/g, '');
  const count = (pattern: RegExp): number => live.match(pattern)?.length ?? 0;
  return {
    blocks,
    marks: count(/[[\]*_`~|<>!]/g),
    links: count(/\bhttps?:\/\/|\bwww\.|\]\(/g),
    headings: count(/^ {0,3}#{1,6} /gm),
    lists: count(/^\s*(?:[-+*]|\d+[.)]) /gm),
    rules: count(/^\s*(?:=+|-{3,}|_{3,}|\*{3,})\s*$/gm),
  };
}

/** Fenced code (CommonMark section 4.5): a fence closes with one at least as long. */
function withoutCode(markdown: string): { readonly outside: string; readonly blocks: number } {
  let [fence, blocks] = ['', 0];
  const outside = markdown.split('\n').filter((line) => {
    const [, run = ''] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === '' && run !== '') {
      fence = run;
      blocks++;
      return false;
    }
    if (fence !== '' && run.startsWith(fence) && line.trim() === run) {
      fence = '';
      return false;
    }
    return fence === '';
  });
  return { outside: outside.join('\n'), blocks };
}

/** RFC 4180 section 2. */
function csvRows(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end = ''] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',' && end !== '') rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

/** opt_comment (code 1) of section headers and enhanced packets (draft-ietf-opsawg-pcapng section 3.5), little-endian. */
function* commentsOf(file: Uint8Array): Generator<string> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + 12 <= file.length; at += view.getUint32(at + 4, true)) {
    const type = view.getUint32(at, true);
    const end = at + view.getUint32(at + 4, true) - 4;
    const capturedLen = type === 6 ? view.getUint32(at + 20, true) : 0;
    let option = type === 6 ? at + 28 + 4 * Math.ceil(capturedLen / 4) : type === 0x0a0d0d0a ? at + 24 : end;
    while (option + 4 <= end) {
      const [code, len] = [view.getUint16(option, true), view.getUint16(option + 2, true)];
      if (code === 1) yield new TextDecoder().decode(file.subarray(option + 4, option + 4 + len));
      option += 4 + 4 * Math.ceil(len / 4);
    }
  }
}
