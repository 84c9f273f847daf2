/** A real Chromium, and pages in it whose complaints are collected. */
import { findProgram, hasProgram } from '@resetscope/testkit';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** No sandbox as root, nothing fetched in the background. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

/** null: there is none, or no redis-server to fill the pages. */
export function browserPath(): string | null {
  return hasProgram('redis-server') ? findProgram('chromium') : null;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath() ?? '', args: ARGS });
}

/** Opens a page and returns what the browser complained of: policy violations, errors, dialogs, requests elsewhere. */
export async function withPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<readonly string[]> {
  const { origin } = new URL(url);
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`foreign request: ${request.url()}`);
  });
  await page.goto(url, { waitUntil: 'load' });
  await use(page);
  await context.close();
  return complaints;
}
