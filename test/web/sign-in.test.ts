/** Signing in as a person does it, in Chromium. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hashPassword } from '../../apps/web/src/access/password.ts';
import { browserPath, launchBrowser } from '../../apps/web/src/testing/browser.ts';
import { raceIncident } from '../../packages/report/test-data/incidents.ts';
import { WebStage } from './web-stage.ts';

const PASSWORD = 'correct horse battery staple';

const canRun = browserPath() !== null;
if (!canRun) console.log('skipped: chromium or redis-server is not installed');

(canRun ? describe : describe.skip)('signing in', () => {
  let stage: WebStage;
  let browser: Browser;
  let page: Page;
  let groupId = '';

  beforeAll(async () => {
    const hash = await hashPassword(PASSWORD);
    const text = `alice:packets,editor:${hash}\nvic:viewer:${hash}`;
    stage = await WebStage.open({ users: { kind: 'text', text } });
    await stage.put({ id: 'race', incident: raceIncident, evidence: Uint8Array.of(1) });
    groupId = (await stage.store.get('race'))?.groupId ?? '';
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  const signIn = async (user: string, password: string): Promise<void> => {
    await page.getByLabel('User').fill(user);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const inNewContext = async (use: () => Promise<void>): Promise<void> => {
    const context = await browser.newContext();
    page = await context.newPage();
    await use();
    await context.close();
  };

  test('a wrong password is told, the right one leads to the page asked for, and out again', async () => {
    await inNewContext(async () => {
      await page.goto(`${stage.web.url}/incidents/race`);
      await signIn('alice', 'not the password at all');
      await page.getByRole('alert').waitFor();
      await signIn('alice', PASSWORD);
      await page.getByRole('heading', { name: raceIncident.sentence }).first().waitFor();
      expect(await page.evaluate('document.cookie')).toBe('');
      await page.goto(`${stage.web.url}/account`);
      await page.getByRole('heading', { name: 'Signed in as alice' }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
    });
  });

  test('the form has a look although nobody may load a file yet', async () => {
    await inNewContext(async () => {
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(stage.web.url);
      expect(await page.evaluate(`getComputedStyle(document.body).display`)).toBe('grid');
      expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
    });
  });

  test('a viewer is not offered to decide, and is not let', async () => {
    await inNewContext(async () => {
      await page.goto(`${stage.web.url}/groups/${groupId}`);
      await signIn('vic', PASSWORD);
      await page.getByRole('heading').first().waitFor();
      const status = await page.evaluate(
        `fetch('/groups/${groupId}/state', { method: 'POST', body: new URLSearchParams({ kind: 'resolved' }) }).then((answer) => answer.status)`,
      );
      expect(status).toBe(403);
      expect(await stage.store.group(groupId)).toMatchObject({ state: { kind: 'open' } });
    });
  });

  describe('from another site', () => {
    let chat: Server;
    let chatUrl = '';

    beforeAll(async () => {
      chat = createServer((_request, answer) => {
        const link = `<a href="${stage.web.url}/incidents/race">alert</a>`;
        const form = `<form method="post" action="${stage.web.url}/groups/${groupId}/state"><input name="kind" value="resolved"><button>win</button></form>`;
        answer.setHeader('content-type', 'text/html').end(`<!doctype html>${link}${form}`);
      });
      await new Promise<void>((resolve) => chat.listen(0, '127.0.0.1', resolve));
      chatUrl = `http://localhost:${(chat.address() as AddressInfo).port}/`;
    });
    afterAll(() => {
      chat.close();
    });

    test('a link opens the page at once for whoever has signed in, but a form changes nothing', async () => {
      await inNewContext(async () => {
        await page.goto(stage.web.url);
        await signIn('alice', PASSWORD);
        await page.getByRole('link', { name: 'account' }).waitFor();
        await page.goto(chatUrl);
        await page.getByRole('link', { name: 'alert' }).click();
        await page.getByRole('heading', { name: raceIncident.sentence }).first().waitFor();
        await page.goto(chatUrl);
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().endsWith('/state')),
          page.getByRole('button', { name: 'win' }).click(),
        ]);
        expect(answer.status()).toBe(401);
        expect(await stage.store.group(groupId)).toMatchObject({ state: { kind: 'open' } });
      });
    });
  });
});
