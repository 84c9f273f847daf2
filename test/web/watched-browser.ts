/** Headless Chromium that notes whatever a page does that it should not: scripts of others, dialogs, complaints, foreign requests. */
import { findProgram } from '@resetscope/testkit';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../apps/web/src/testing/browser.ts';

/** Runs in the page before all else. */
const WATCH = `
  window.violations = [];
  addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));
`;

/** What in the document is not ours: nobody but an attacker makes these. */
const FOREIGN = `(() => {
  const found = [...document.querySelectorAll('[data-planted], iframe, object, embed, base, script:not([src]), meta[http-equiv], foreignObject')];
  for (const element of document.querySelectorAll('*')) {
    const names = element.getAttributeNames();
    if (names.some((name) => name.startsWith('on') || name === 'style' || name === 'srcdoc')) found.push(element);
    for (const name of ['href', 'src', 'action', 'formaction', 'xlink:href'])
      if (/^\\s*(?:javascript|data|vbscript):/i.test(element.getAttribute(name) ?? '')) found.push(element);
  }
  return found.map((element) => element.outerHTML.slice(0, 200));
})()`;

/** What a page that is one file has of its own: its script, its policy, its icon. */
const INLINE = /^<(?:script>|meta |(?:link rel="icon" href|img src)="data:image\/svg\+xml,%3Csvg)/;

export interface Watch {
  /** Prefix of the addresses that the page may ask. */
  readonly own: string;
  /** A page that is one file, with a script and a style of its own. */
  readonly isInline?: boolean;
}

export class WatchedBrowser {
  readonly #browser: Browser;
  readonly #page: Page;
  #complaints: string[] = [];
  #own = '';

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
    page.on('console', (message) => {
      // A page that is not there says so; who was asked is noted below.
      if (!message.text().startsWith('Failed to load resource')) this.#complain(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#complain(`error: ${error}`));
    page.on('dialog', (dialog) => {
      this.#complain(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(this.#own) && !url.startsWith('data:')) this.#complain(`asked: ${url}`);
    });
  }

  static get isInstalled(): boolean {
    return findProgram('chromium') !== null;
  }

  static async open(options: BrowserContextOptions = {}): Promise<WatchedBrowser> {
    const browser = await launchBrowser();
    const context = await browser.newContext(options);
    await context.addInitScript(WATCH);
    return new WatchedBrowser(browser, await context.newPage());
  }

  /** What was wrong with a page while `use` was at work; empty when nothing. */
  async complaints(
    url: string,
    { own, isInline = false }: Watch,
    use: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<readonly string[]> {
    this.#complaints = [];
    this.#own = own;
    const page = this.#page;
    await page.goto(url, { waitUntil: 'load' });
    await use(page);
    if ((await page.evaluate('window.planted')) !== undefined) this.#complain('a planted script ran');
    for (const violation of (await page.evaluate('window.violations')) as readonly string[])
      this.#complain(`policy: ${violation}`);
    const foreign = (await page.evaluate(FOREIGN)) as readonly string[];
    for (const markup of foreign) if (!isInline || !INLINE.test(markup)) this.#complain(`made: ${markup}`);
    return this.#complaints;
  }

  #complain(text: string): void {
    this.#complaints.push(text);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
