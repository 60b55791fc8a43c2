import assert from 'node:assert/strict';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Scene } from './scene.ts';

const PATIENCE_MS = 15_000;

/** A headless Chromium with a new profile, closed with the scene. */
export async function startBrowser(scene: Scene): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  });
  scene.onEnd(() => browser.close());
  return browser;
}

/** A reader's tab that remembers whatever went wrong in it. */
export class Tab {
  readonly page: Page;
  readonly faults: string[] = [];

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
    const context = await browser.newContext(options);
    return new Tab(await context.newPage());
  }

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    const note = (fault: string) => this.faults.push(fault);
    // Chromium tells of a breach of the Content-Security-Policy on its console.
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) note(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => note(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      note(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('response', (response) => {
      if (response.status() >= 400) note(`${response.status()} ${response.url()}`);
    });
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      const isLeftBehind = reason === 'net::ERR_ABORTED'; // the page was left while it refreshed itself
      if (!isLeftBehind) note(`${reason} ${request.url()}`);
    });
  }

  /** Goes there and expects a page. */
  async visit(url: string): Promise<void> {
    const response = await this.page.goto(url);
    assert.equal(response?.status(), 200, url);
  }

  /** Every address of the collector that the page links to; not the files that it offers. */
  async links(): Promise<string[]> {
    const hrefs = await this.page
      .locator('a[href]:not([download])')
      .evaluateAll((links) => links.map((link: LinkLike) => link.getAttribute('href')));
    const own = new URL(this.page.url()).origin;
    return [...new Set(hrefs.map((href) => new URL(href, this.page.url()).href))]
      .filter((href) => new URL(href).origin === own)
      .map((href) => href.replace(/#.*/, ''));
  }

  /** Visits every page that can be reached from here, with the first query that leads to it, and calls `look` on each. */
  async crawl(start: string, look: (path: string) => Promise<void>): Promise<string[]> {
    const seen = new Set<string>();
    const open = [start];
    for (let url = open.shift(); url; url = open.shift()) {
      const { pathname, search } = new URL(url);
      if (seen.has(pathname)) continue;
      seen.add(pathname);
      await this.visit(url);
      await look(pathname + search);
      open.push(...(await this.links()));
    }
    return [...seen];
  }

  /** How many pixels of the page stand out to the right of the window. */
  overhang(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }

  /** Ends the tab and expects that nothing went wrong in it. */
  async close(): Promise<void> {
    await this.page.context().close();
    assert.deepEqual(this.faults, []);
  }
}

interface LinkLike {
  getAttribute(name: string): string;
}
