import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IncidentStore } from '@resetscope/incidents';
import { createLogger } from '@resetscope/telemetry';
import { findProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hostileIncident, unmatchedIncident } from '../../../packages/report/test-data/incidents.ts';
import { raceStory } from '../../../packages/report/test-data/race-story.ts';
import { browserPath, launchBrowser, withPage } from './testing/browser.ts';
import { type RunningWeb, startWeb } from './web.ts';

process.env['LOG_LEVEL'] = 'silent';

/** Accessibility rules; runs inside the page. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

const DESK = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 800 } };

const tshark = findProgram('tshark');
const canRun = browserPath() !== null;
if (!canRun) console.log('skipped: chromium or redis-server is not installed');
if (tshark === null) console.log('skipped in part: tshark is not installed');

(canRun ? describe : describe.skip)('the page of an incident in a browser', () => {
  const { incident, evidence } = raceStory();
  let server: RedisServer;
  let redis: Redis;
  let web: RunningWeb;
  let browser: Browser;

  /** Opens a page and returns what the browser complained of, policy violations included. */
  const open = (
    id: string,
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
  ): Promise<readonly string[]> => withPage(browser, `${web.url}/incidents/${id}`, options, use);

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url.replace('unix:', ''));
    const store = new IncidentStore(redis);
    web = await startWeb({ redis: { url: server.url }, listen: { host: '127.0.0.1', port: 0 } }, createLogger('web'));
    const put = { node: 'web-1', createdAtUs: Date.now() * 1000, resetTsUs: null, evidence: null };
    await store.put({ ...put, id: 'race', incident, evidence });
    await store.put({ ...put, id: 'again', incident, createdAtUs: put.createdAtUs + 1_200_000 });
    await store.put({ ...put, id: 'hostile', incident: hostileIncident() });
    await store.put({ ...put, id: 'unmatched', incident: unmatchedIncident });
    browser = await launchBrowser();
  }, 30_000);
  afterAll(async () => {
    await browser.close();
    await web.close();
    redis.disconnect();
    await server.stop();
  });

  test.each([
    { name: 'light', options: DESK, drawing: '.rs-wide' },
    { name: 'dark', options: { ...DESK, colorScheme: 'dark' as const }, drawing: '.rs-wide' },
    { name: 'phone', options: { ...PHONE, colorScheme: 'dark' as const }, drawing: '.rs-narrow' },
  ])(
    '$name: one drawing of two, headings in order, no complaint, no sideways scrolling',
    async ({ options, drawing }) => {
      for (const id of ['race', 'hostile', 'unmatched']) {
        const complaints = await open(id, options, async (page) => {
          expect([id, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([id, 0]);
          await page.evaluate(AXE);
          const found = (await page.evaluate(
            'axe.run().then((result) => result.violations)',
          )) as readonly AxeViolation[];
          expect(found.map((one) => `${one.id}: ${one.nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
          const levels = await page
            .locator('main :is(h1, h2, h3, h4)')
            .evaluateAll((all) => all.map((one) => Number(one.tagName.slice(1))));
          expect(levels[0]).toBe(1);
          for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 1)).toBeLessThanOrEqual(1);
          if (id === 'unmatched') return;
          expect(await page.locator('.rs-ladder:visible').count()).toBe(1);
          expect(await page.locator(drawing).isVisible()).toBe(true);
        });
        expect(complaints).toEqual([]);
      }
    },
  );

  test('numbers on demand, also without JavaScript', async () => {
    await open('race', { ...DESK, javaScriptEnabled: false }, async (page) => {
      const shown = async (): Promise<readonly number[]> => [
        await page.locator('.rs-seq:visible').count(),
        await page.locator('.rs-raw:visible').count(),
      ];
      const rows = await page.locator('.rs-wide .rs-row').count();
      expect(await shown()).toEqual([0, 0]);
      await page.getByLabel('sequence numbers').check();
      expect(await shown()).toEqual([rows, 0]);
      await page.getByLabel('as sent (raw)').check();
      expect(await shown()).toEqual([0, rows]);
      expect(await page.getByRole('table').count()).toBe(0);
      await page.getByText('The same as a table').click();
      expect(await page.getByRole('row').count()).toBe(rows + 1);
      expect(await page.getByRole('button').count()).toBe(0);
    });
  });

  test('the key c copies the filter, a button what stands beside it', async () => {
    const options = { ...DESK, permissions: ['clipboard-read', 'clipboard-write'] };
    const complaints = await open('race', options, async (page) => {
      await page.keyboard.press('c');
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(incident.wiresharkFilter);
      const block = page.locator('.paste').first();
      await block.getByRole('button').click();
      await block.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await block.locator('pre').textContent());
    });
    expect(complaints).toEqual([]);
  });

  test('the client came again: the page leads to the next incident', async () => {
    await open('race', DESK, async (page) => {
      await page.getByText('Reset again 1.2 s later').getByRole('link').click();
      expect(page.url()).toBe(`${web.url}/incidents/again`);
    });
  });

  (tshark === null ? test.skip : test)(
    'the packets, downloaded: filters select the frames claimed, comments say what was claimed',
    async () => {
      await open('race', { ...DESK, acceptDownloads: true }, async (page) => {
        const waiting = page.waitForEvent('download');
        await page.getByRole('link', { name: 'Packets (pcapng)' }).click();
        const download = await waiting;
        expect(download.suggestedFilename()).toBe('resetscope-race.pcapng');
        const path = await download.path();
        expect(new Uint8Array(await readFile(path))).toEqual(evidence);
        const read = (filter: string): readonly (readonly string[])[] =>
          execFileSync(
            tshark ?? '',
            ['-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number', '-e', 'frame.comment'],
            {
              encoding: 'utf8',
              stdio: ['ignore', 'pipe', 'ignore'],
            },
          )
            .trimEnd()
            .split('\n')
            .map((row) => row.split('\t'));
        expect(incident.evidence.length).toBeGreaterThan(1);
        const filters = await page.locator('.evidence .copyable code').allTextContents();
        expect(filters).toHaveLength(incident.evidence.length);
        for (const [at, { claim, frames }] of incident.evidence.entries()) {
          const found = read(filters[at] ?? '');
          expect(found.map(([frame]) => Number(frame))).toEqual([...frames].sort((a, b) => a - b));
          expect(found.at(-1)?.[1]).toContain(claim);
        }
        const all = new Set(incident.evidence.flatMap(({ frames }) => frames));
        const whole = await page.locator('.packets .copyable code').textContent();
        expect(read(whole ?? '').map(([frame]) => Number(frame))).toEqual([...all].sort((a, b) => a - b));
        // Both connections are in the file, and the drawing's frames are the file's.
        const drawn = await page.locator('.packets tbody tr td:first-child').allTextContents();
        const held = read('tcp').map(([frame]) => frame);
        expect(drawn.filter((frame) => frame !== '').sort()).toEqual([...held].sort());
      });
    },
  );
});
