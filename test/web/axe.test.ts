/** Every page against axe-core's rules, in both themes and at the width of a phone. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { hashPassword } from '../../apps/web/src/access/password.ts';
import { browserPath, launchBrowser } from '../../apps/web/src/testing/browser.ts';
import {
  hostileIncident,
  postIncident,
  raceIncident,
  unmatchedIncident,
} from '../../packages/report/test-data/incidents.ts';
import { WebStage } from './web-stage.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A page is loaded once; the theme changes its colours alone. */
const VIEWS = [
  { name: 'light', colorScheme: 'light', width: 1280, rules: { runOnly: RULES } },
  { name: 'dark', colorScheme: 'dark', width: 1280, rules: { runOnly: { type: 'rule', values: ['color-contrast'] } } },
  { name: 'dark phone', colorScheme: 'dark', width: 360, rules: { runOnly: RULES } },
] as const;

const canRun = browserPath() !== null;
if (!canRun) console.log('skipped: chromium or redis-server is not installed');

(canRun ? describe : describe.skip)('axe-core finds nothing', () => {
  let stage: WebStage;
  let closed: WebStage;
  let browser: Browser;
  let axe: string;
  let groupId = '';

  beforeAll(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    stage = await WebStage.open({ requestsPerSecond: 0 });
    const text = `alice:viewer:${await hashPassword('correct horse battery staple')}`;
    closed = await WebStage.open({ users: { kind: 'text', text }, requestsPerSecond: 0 });
    await stage.put({ id: 'post', incident: postIncident, evidence: Uint8Array.of(1) });
    await stage.put({ id: 'race', incident: raceIncident, grouped: 99 });
    await stage.put({ id: 'unmatched', incident: unmatchedIncident });
    await stage.put({ id: 'unlogged', incident: raceIncident, logged: false });
    await stage.put({ id: 'hostile', incident: hostileIncident() });
    groupId = (await stage.store.get('race'))?.groupId ?? '';
    await stage.store.decide((await stage.store.get('post'))?.groupId ?? '', { kind: 'expected' });
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await closed.close();
    await stage.close();
  });

  const runAxe = async (page: Page, rules: object): Promise<AxeResults['violations']> => {
    const options = JSON.stringify({ ...rules, resultTypes: ['violations'] });
    return ((await page.evaluate(`axe.run(document, ${options})`)) as AxeResults).violations;
  };

  /** One line each: the view, the rule, the first element that breaks it. */
  const violations = async (url: string): Promise<readonly string[]> => {
    const page = await browser.newPage();
    const found: string[] = [];
    await page.goto(url, { waitUntil: 'load' });
    await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
    await page.evaluate(axe);
    for (const { name, colorScheme, width, rules } of VIEWS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      for (const { id, help, nodes } of await runAxe(page, rules)) {
        const [first] = nodes;
        const why = first?.failureSummary?.replace(/\s+/g, ' ');
        found.push(`${name}: ${id}: ${help}, ${nodes.length} times, as in ${first?.html.slice(0, 160)}: ${why}`);
      }
    }
    await page.close();
    return found;
  };

  test.each([
    ...['/', '/?state=any&range=all&order=count', '/?text=nothing-has-this', '/groups/of-race'],
    ...['/incidents', '/incidents?status=unmatched&range=all', '/now', '/account', '/nowhere'],
    ...['/incidents/post', '/incidents/race', '/incidents/unmatched', '/incidents/unlogged', '/incidents/hostile'],
  ])('%s', async (path) => {
    expect(await violations(`${stage.web.url}${path.replace('of-race', groupId)}`)).toEqual([]);
  });

  test('the sign-in', async () => {
    expect(await violations(closed.web.url)).toEqual([]);
  });

  test('the check finds what it should', async () => {
    const bad = 'data:text/html,<html><body><img src=x><p style="color:%23aaa;background:%23fff">pale</p>';
    const page = await browser.newPage();
    await page.goto(bad);
    await page.evaluate(axe);
    const found = await runAxe(page, { runOnly: RULES });
    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(['image-alt', 'color-contrast', 'html-has-lang']));
    await page.close();
  });
});
