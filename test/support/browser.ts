/** A real browser without a window, with a profile of its own. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const macOS = ['/Applications/Chromium.app/Contents/MacOS/Chromium'];
const executablePath = [...programs, ...macOS].find(existsSync);

/** Why a test must be skipped, or false. */
export const withoutBrowser = executablePath ? false : 'there is no chromium on this machine';

/** Closed when the test is over. */
export async function launchBrowser(t: { after(close: () => Promise<void>): void }): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: executablePath!, args });
  t.after(() => browser.close());
  return browser;
}
