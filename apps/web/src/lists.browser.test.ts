/** The lists in a browser: themes and widths, following, filters, the keyboard, times. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IncidentStore } from '@resetscope/incidents';
import { createLogger } from '@resetscope/telemetry';
import { type RedisServer, startRedis } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import {
  hostileIncident,
  postIncident,
  raceIncident,
  unmatchedIncident,
} from '../../../packages/report/test-data/incidents.ts';
import { browserPath, launchBrowser, withPage } from './testing/browser.ts';
import { type RunningWeb, startWeb } from './web.ts';

process.env['LOG_LEVEL'] = 'silent';

const DESK = { viewport: { width: 1280, height: 900 } };

describeIf(browserPath() !== null, 'chromium or redis-server is not installed')('the lists in a browser', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: IncidentStore;
  let web: RunningWeb;
  let browser: Browser;

  const put = (id: string, incident = postIncident): Promise<unknown> =>
    store.put({ id, node: 'web-1', createdAtUs: Date.now() * 1000, resetTsUs: null, incident, evidence: null });

  const open = (
    path: string,
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
  ): Promise<readonly string[]> => withPage(browser, `${web.url}${path}`, options, use);

  /** The button says live before it listens; the dot tells. */
  const followed = (page: Page): Promise<unknown> => page.locator('[data-live-toggle][data-connected]').waitFor();

  const groupOf = async (id: string): Promise<string> => (await store.get(id))?.groupId ?? '';

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url.replace('unix:', ''));
    store = new IncidentStore(redis);
    const config = { redis: { url: server.url }, listen: { host: '127.0.0.1', port: 0 }, requestsPerSecond: 0 };
    web = await startWeb(config, createLogger('web'));
    await put('post');
    await put('hostile', hostileIncident());
    await put('unmatched', unmatchedIncident);
    browser = await launchBrowser();
  }, 30_000);
  afterAll(async () => {
    await browser?.close();
    await web?.close();
    redis?.disconnect();
    await server?.stop();
  });

  test.each([
    { name: 'light', options: { colorScheme: 'light' as const, ...DESK }, background: 'rgb(247, 247, 245)' },
    { name: 'dark', options: { colorScheme: 'dark' as const, ...DESK }, background: 'rgb(18, 20, 23)' },
    {
      name: 'phone',
      options: { colorScheme: 'dark' as const, viewport: { width: 360, height: 780 } },
      background: 'rgb(18, 20, 23)',
    },
  ])('$name: no complaint, no sideways scrolling, also with hostile text', async ({ options, background }) => {
    const groups = ['post', 'hostile'].map(async (id) => `/groups/${await groupOf(id)}`);
    for (const path of [
      '/',
      '/incidents',
      '/incidents?range=all&status=unmatched',
      '/now',
      ...(await Promise.all(groups)),
    ]) {
      const complaints = await open(path, options, async (page) => {
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      });
      expect(complaints).toEqual([]);
    }
  });

  describe('following', () => {
    test('a new group is announced and moves nothing until it is wanted; a known one counts on in its place', async () => {
      const complaints = await open('/', DESK, async (page) => {
        await followed(page);
        const known = page.locator(`[data-key="${await groupOf('post')}"]`);
        const [before = 0] = [await page.locator('[data-key]').count()];
        await put('post-again');
        await put('fresh', raceIncident);
        const news = page.getByRole('status').getByRole('button', { name: '1 new' });
        await news.waitFor();
        expect(await known.locator('.count b').textContent()).toBe('2');
        expect(await page.locator('[data-key]').count()).toBe(before);
        await news.click();
        await page.locator(`[data-key="${await groupOf('fresh')}"]`).waitFor();
        expect(await page.getByRole('status').textContent()).toBe('');
      });
      expect(complaints).toEqual([]);
    });

    test('a storm without a pause does not put the news off', async () => {
      const complaints = await open('/incidents', DESK, async (page) => {
        await followed(page);
        let isOver = false;
        const storm = (async () => {
          for (let n = 0; !isOver; n++) {
            await put(`storm-${n}`, raceIncident);
            await page.waitForTimeout(100);
          }
        })();
        await page.getByRole('button', { name: /new · show$/ }).waitFor();
        isOver = true;
        await storm;
      });
      expect(complaints).toEqual([]);
    });

    test('paused, nothing changes; going on, what came meanwhile is there', async () => {
      const complaints = await open('/incidents', DESK, async (page) => {
        await followed(page);
        await page.getByRole('button', { name: 'Live' }).click();
        await page.getByRole('button', { name: 'Paused' }).waitFor();
        await page.reload();
        await put('while-paused');
        await page.getByRole('button', { name: 'Paused' }).click();
        await page.getByRole('button', { name: /new · show$/ }).click();
        await page.locator('[data-key="while-paused"]').waitFor();
      });
      expect(complaints).toEqual([]);
    });
  });

  test('the filters are a form, and the address keeps them', async () => {
    const complaints = await open('/', DESK, async (page) => {
      await page.getByRole('searchbox', { name: 'Text' }).fill('keepalive');
      await page.getByLabel('Harm').selectOption({ label: 'may have executed' });
      await page.getByText('More filters').click();
      await page.getByLabel('Leg').selectOption('upstream');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('link', { name: raceIncident.title }).waitFor();
      const address = new URL(page.url()).searchParams;
      expect([address.get('text'), address.get('harm'), address.get('leg')]).toEqual([
        'keepalive',
        'may-have-executed',
        'upstream',
      ]);
      expect(await page.locator('tbody tr').count()).toBe(1);
      await page.getByRole('link', { name: 'Remove filter: text keepalive' }).click();
      await page.getByRole('link', { name: '7d', exact: true }).click();
      expect(new URL(page.url()).search).toBe('?range=7d&leg=upstream&harm=may-have-executed');
    });
    expect(complaints).toEqual([]);
  });

  test('a walk with the keyboard alone', async () => {
    const complaints = await open('/', DESK, async (page) => {
      const focused = (): Promise<string> =>
        page.evaluate('document.activeElement.getAttribute("href") ?? document.activeElement.name');
      const rows = (await page
        .locator('[data-row]')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')))) as string[];
      for (const key of ['j', 'j', 'k']) await page.keyboard.press(key);
      expect(await focused()).toBe(rows[0]);
      await page.keyboard.press('/');
      expect(await focused()).toBe('text');
      await page.keyboard.type('jk?');
      expect(await page.getByRole('searchbox').inputValue()).toBe('jk?');
      await page.getByRole('heading', { name: 'Groups' }).click();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.keyboard.press('k');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/(?:groups|incidents)\//);
      await page.keyboard.press('g');
      await page.keyboard.press('n');
      await page.waitForURL(`${web.url}/now`);
      await page.keyboard.press('g');
      await page.keyboard.press('i');
      await page.waitForURL(`${web.url}/incidents`);
      await page.keyboard.press('g');
      await page.keyboard.press('g');
      await page.waitForURL(`${web.url}/`);
    });
    expect(complaints).toEqual([]);
  });

  test.each([
    { name: 'local with UTC on hover', options: { timezoneId: 'Asia/Tokyo' }, offsetHours: 9, foot: /Asia\/Tokyo/ },
    {
      name: 'without JavaScript UTC',
      options: { javaScriptEnabled: false },
      offsetHours: 0,
      foot: /^Times are UTC\.$/,
    },
  ])('times are $name', async ({ options, offsetHours, foot }) => {
    await open('/incidents', { ...DESK, ...options }, async (page) => {
      const time = page.locator('time[data-moment]').first();
      const utc = (await time.getAttribute('datetime')) ?? '';
      const local = new Date(Date.parse(utc) + offsetHours * 3_600_000).toISOString();
      expect(await time.textContent()).toBe(local.slice(0, 19).replace('T', ' '));
      expect(await time.getAttribute('title')).toBe(`${utc.slice(0, 23).replace('T', ' ')} UTC`);
      expect(await page.locator('[data-zone]').textContent()).toMatch(foot);
    });
  });

  test.each([{ javaScriptEnabled: true }, { javaScriptEnabled: false }])(
    'deciding about a group, JavaScript: $javaScriptEnabled',
    async (options) => {
      await put('decided', raceIncident);
      const group = await groupOf('decided');
      const complaints = await open(`/groups/${group}`, { ...DESK, ...options }, async (page) => {
        await page.getByLabel('Snooze for').selectOption('8 hours');
        await page.getByRole('button', { name: 'Snooze', exact: true }).click();
        await page.getByText(/^Snoozed until/).waitFor();
        expect(await store.group(group)).toMatchObject({ state: { kind: 'snoozed' } });
        await page.getByRole('button', { name: 'Resolved' }).click();
        await page.getByText('the next incident brings it back').waitFor();
        await page.goto(`${web.url}/?state=resolved`);
        await page.locator(`[data-key="${group}"]`).getByText('resolved', { exact: true }).waitFor();
        await put(`regression-${options.javaScriptEnabled}`, raceIncident);
        await page.goto(`${web.url}/groups/${group}`);
        await page.getByText('It came back').waitFor();
        await page.getByRole('button', { name: 'Open again' }).click();
        await page.getByText('Nobody has decided').waitFor();
      });
      expect(complaints).toEqual([]);
    },
  );
});
