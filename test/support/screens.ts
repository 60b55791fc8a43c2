import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tab } from './browser.ts';

export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };
/** Screens: a phone, a tablet, a desk, and a television. */
const SCREENS = [
  PHONE,
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
  { width: 3840, height: 2160 },
];

/** No page may be scrolled sideways. */
export async function assertFits(tab: Tab, path: string, screens = SCREENS): Promise<void> {
  for (const viewport of screens) {
    await tab.page.setViewportSize(viewport);
    assert.equal(await tab.overhang(), 0, `${path} is wider than ${viewport.width} pixels`);
  }
}

/** Pictures for whoever asks for them, with OVERC_TEST_SHOTS=FOLDER. */
export async function shoot({ page }: Tab, name: string): Promise<void> {
  const { OVERC_TEST_SHOTS: folder } = process.env;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const take = (how: string) =>
    page.screenshot({ path: join(folder, `${name}-${how}.png`), fullPage: true, animations: 'disabled' });
  await page.setViewportSize(PHONE);
  await take('360');
  await page.setViewportSize(DESK);
  await take('1280');
  await page.emulateMedia({ colorScheme: 'dark' });
  await take('1280-dark');
  await page.emulateMedia({ colorScheme: 'light' });
}
