import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IncidentStore } from '@resetscope/incidents';
import { createLogger } from '@resetscope/telemetry';
import { type RedisServer, startRedis } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hostileIncident, postIncident } from '../../../packages/report/test-data/incidents.ts';
import { browserPath, launchBrowser, withPage } from './testing/browser.ts';
import { type RunningWeb, startWeb } from './web.ts';

process.env['LOG_LEVEL'] = 'silent';

const canRun = browserPath() !== null;
if (!canRun) console.log('skipped: chromium or redis-server is not installed');

(canRun ? describe : describe.skip)('the pages in a browser', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: IncidentStore;
  let web: RunningWeb;
  let browser: Browser;

  const put = (id: string, incident = postIncident): Promise<unknown> =>
    store.put({
      id,
      node: 'web-1',
      createdAtUs: Date.now() * 1000,
      resetTsUs: null,
      incident,
      evidence: Uint8Array.of(1),
    });

  /** Opens a page and returns what the browser complained of, policy violations included. */
  const open = (
    path: string,
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
  ): Promise<readonly string[]> => withPage(browser, `${web.url}${path}`, options, use);

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url.replace('unix:', ''));
    store = new IncidentStore(redis);
    web = await startWeb({ redis: { url: server.url }, listen: { host: '127.0.0.1', port: 0 } }, createLogger('web'));
    await put('post');
    await put('hostile', hostileIncident());
    browser = await launchBrowser();
  }, 30_000);
  afterAll(async () => {
    await browser.close();
    await web.close();
    redis.disconnect();
    await server.stop();
  });

  test.each([
    {
      name: 'light',
      options: { colorScheme: 'light' as const, viewport: { width: 1280, height: 900 } },
      background: 'rgb(247, 247, 245)',
    },
    {
      name: 'dark',
      options: { colorScheme: 'dark' as const, viewport: { width: 1280, height: 900 } },
      background: 'rgb(18, 20, 23)',
    },
    {
      name: 'phone',
      options: { colorScheme: 'dark' as const, viewport: { width: 360, height: 780 } },
      background: 'rgb(18, 20, 23)',
    },
  ])('$name: no complaint, no sideways scrolling, also with hostile text', async ({ options, background }) => {
    for (const path of ['/incidents/post', '/incidents/hostile']) {
      const complaints = await open(path, options, async (page) => {
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      });
      expect(complaints).toEqual([]);
    }
  });

  test('the reset is drawn in red, and the filters can be copied', async () => {
    const options = { viewport: { width: 1280, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] };
    const complaints = await open('/incidents/post', options, async (page) => {
      const stroke = await page.evaluate(`getComputedStyle(document.querySelector('.rs-reset .rs-arrow')).stroke`);
      expect(stroke).toBe('rgb(194, 42, 30)');
      const button = page.locator('.evidence').getByRole('button', { name: 'Copy' }).last();
      await button.click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe('tcp.stream eq 132 and frame.number eq 543');
    });
    expect(complaints).toEqual([]);
  });

  test('without JavaScript everything is there but the buttons', async () => {
    const complaints = await open('/incidents/post', { javaScriptEnabled: false }, async (page) => {
      await page.getByRole('heading', { name: postIncident.sentence }).waitFor();
      expect(await page.getByRole('img', { name: /Ladder diagram/ }).count()).toBe(1);
      expect(await page.getByRole('button').count()).toBe(0);
    });
    expect(complaints).toEqual([]);
  });
});
