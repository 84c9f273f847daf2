/** The page as a browser shows it: opened from the disk, with nothing to ask a network for. */
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findProgram, makeTempDir, type TempDir } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { analysisOf, manyIncidents, quietLoss } from '../../../../packages/report/test-data/analysis.ts';
import { HOSTILE, hostileIncident, postIncident } from '../../../../packages/report/test-data/incidents.ts';
import { writeReport } from './report-file.ts';

const sources = { errorLogs: ['error.log'], captures: ['capture.pcap'], accessLogs: [] };
const few = analysisOf({ incidents: [postIncident], unlogged: [quietLoss], warnings: ['cut short'] });

/** The same from another client. */
function fromClient(client: string): typeof postIncident {
  return JSON.parse(JSON.stringify(postIncident).replaceAll('10.255.252.61', client)) as typeof postIncident;
}

let dir: TempDir;
const path = (name: string): string => join(dir.path, name);

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  await writeReport(path('few.html'), few, sources);
  await writeReport(path('many.html'), analysisOf({ incidents: manyIncidents(60) }), sources);
  await writeReport(
    path('peers.html'),
    analysisOf({ incidents: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map(fromClient) }),
    sources,
  );
  const hostile = analysisOf({ incidents: Array.from({ length: 5 }, () => hostileIncident()), warnings: [HOSTILE] });
  await writeReport(path('hostile.html'), hostile, { ...sources, errorLogs: [HOSTILE] });
});
afterAll(() => dir.remove());

describe('writing', () => {
  test('private, whole, and nothing left besides', async () => {
    expect((await stat(path('few.html'))).mode & 0o777).toBe(0o600);
    expect((await readdir(dir.path)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('a link of its name is replaced, not followed', async () => {
    await writeFile(path('victim'), 'mine');
    await symlink(path('victim'), path('link.html'));
    await writeReport(path('link.html'), few, sources);
    expect(await readFile(path('victim'), 'utf8')).toBe('mine');
    expect(await readFile(path('link.html'), 'utf8')).toContain('<!doctype html>');
  });

  test('a device stays a device', async () => {
    await writeReport('/dev/null', few, sources);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  test('where it cannot be written is one clear line', async () => {
    await mkdir(path('folder'), { recursive: true });
    await expect(writeReport(path('folder'), few, sources)).rejects.toThrow(
      `cannot write the page to ${path('folder')}: that is a folder; choose a file that can be written`,
    );
    await expect(writeReport(path('none/a.html'), few, sources)).rejects.toThrow(/no such folder/);
    await expect(writeReport('/dev/full', few, sources)).rejects.toThrow(/no space left on that disk/);
  });
});

/** No sandbox as root, nothing fetched in the background. */
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
const executablePath = findProgram('chromium');

describeIf(executablePath !== null, 'needs chromium')('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ARGS });
  }, 30_000);
  afterAll(() => browser.close());

  /** Opens a page and returns what the browser complained of, policy violations and requests included. */
  const open = async (
    name: string,
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
  ): Promise<readonly string[]> => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    const url = `file://${path(name)}`;
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(url, { waitUntil: 'load' });
    await use(page);
    await context.close();
    return complaints;
  };

  test.each([
    { name: 'light', colorScheme: 'light' as const, width: 1280, background: 'rgb(247, 247, 245)' },
    { name: 'dark', colorScheme: 'dark' as const, width: 1280, background: 'rgb(18, 20, 23)' },
    { name: 'phone', colorScheme: 'dark' as const, width: 390, background: 'rgb(18, 20, 23)' },
  ])('$name: styled, no complaint, no request, no sideways scrolling', async ({ colorScheme, width, background }) => {
    // Unfolded, hundreds take a browser on two cores seconds.
    for (const { name, unfolds } of [
      { name: 'few.html', unfolds: true },
      { name: 'hostile.html', unfolds: true },
      { name: 'many.html', unfolds: false },
    ]) {
      const complaints = await open(name, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
        if (unfolds) await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      });
      expect(complaints).toEqual([]);
    }
  });

  test('few: open from the start, the filter of the connection can be copied', async () => {
    const complaints = await open('few.html', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      await page.getByRole('img', { name: /^Ladder diagram of \d+ rows between client 10\.255\.252\.61/ }).waitFor();
      const stroke = await page.evaluate(`getComputedStyle(document.querySelector('.rs-reset .rs-arrow')).stroke`);
      expect(stroke).toBe('rgb(194, 42, 30)');
      await page.getByRole('button', { name: 'Copy' }).last().click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
    });
    expect(complaints).toEqual([]);
  });

  test('many: the overview leads to a kind, the keyboard opens a case, words filter, all unfold', async () => {
    const complaints = await open('many.html', {}, async (page) => {
      await page
        .getByRole('navigation')
        .getByRole('link', { name: /^Keepalive race/ })
        .click();
      expect(new URL(page.url()).hash).toBe('#kind-1');
      await page.locator('summary').first().focus();
      await page.keyboard.press('Enter');
      expect(await page.locator('details.case[open]').count()).toBe(1);
      await page.getByRole('searchbox', { name: 'Filter' }).fill('error.log:1 keepalive-race-nginx-upstream');
      await page.getByText('21 of 180').waitFor();
      expect(await page.locator('section.alike:visible').count()).toBe(1);
      await page.getByRole('searchbox').fill('');
      await page.getByText('21 of 180').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Unfold all' }).click();
      expect(await page.locator('details.case:not([open])').count()).toBe(0);
      await page.getByRole('button', { name: 'Fold all' }).click();
      expect(await page.locator('details.case[open]').count()).toBe(0);
    });
    expect(complaints).toEqual([]);
  });

  test('a client is its own, although its group names it', async () => {
    const complaints = await open('peers.html', {}, async (page) => {
      await page.getByRole('searchbox').fill('10.0.0.2');
      await page.getByText('1 of 4').waitFor();
      expect(await page.locator('details.case:visible').count()).toBe(1);
    });
    expect(complaints).toEqual([]);
  });

  test('without JavaScript everything is there but filter and buttons', async () => {
    const complaints = await open('many.html', { javaScriptEnabled: false }, async (page) => {
      expect(await page.getByRole('heading', { level: 2, name: /^60 × / }).count()).toBe(3);
      await page.locator('summary').first().click();
      expect(await page.getByRole('heading', { name: 'The evidence' }).count()).toBe(1);
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await page.getByRole('searchbox').count()).toBe(0);
    });
    expect(complaints).toEqual([]);
  });

  test('on paper: no tools, light', async () => {
    await open('many.html', { colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      expect(await page.locator('.tools, .copy, .bar').filter({ visible: true }).count()).toBe(0);
    });
  });
});
