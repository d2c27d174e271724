import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';

// A real browser for the tests that mean one: Debian's, or the one that CHROMIUM_PATH names. Nothing is downloaded.

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser's executable; null where this machine has none. */
export function findChromium(): string | null {
  const given = process.env.CHROMIUM_PATH;
  if (given) return given;
  return PLACES.find((path) => existsSync(path)) ?? null;
}

/** `describe` where there is a browser; elsewhere the tests are skipped, and a notice says so. */
export function describeInChromium(name: string, tests: () => void): void {
  if (findChromium() === null) {
    console.warn(`Skipped without a browser: ${name}. Install chromium, or name it in CHROMIUM_PATH.`);
    describe.skip(name, tests);
  } else {
    describe(name, tests);
  }
}

export interface RunningChromium {
  browser: Browser;
  /** Ends the browser and removes its profile. */
  close(): Promise<void>;
}

/** Starts a headless browser with a profile of its own. */
export async function launchChromium(): Promise<RunningChromium> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium on this machine.');
  const profile = await mkdtemp(join(tmpdir(), 'custodia-chromium-'));
  const browser = await puppeteer.launch({
    executablePath,
    headless: true,
    userDataDir: profile,
    // Chromium's own sandbox wants an ordinary user; containers have little in /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
  return {
    browser,
    async close() {
      await browser.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
