import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, HTTPRequest, Page } from 'puppeteer-core';

/** Where pictures of the pages go; without it none are taken. */
const PICTURES = process.env.SPA_PICTURES;

export type Tab = Awaited<ReturnType<typeof openTab>>;

/** A tab of the application, used as a person does: by what its inputs and buttons are called. */
export async function openTab(context: BrowserContext, origin: string) {
  const page = await context.newPage();
  await page.setViewport({ width: 640, height: 640 });
  const refreshes: HTTPRequest[] = [];
  const tokens: string[] = [];
  page.on('request', (request) => {
    if (request.postData()?.includes('RefreshSession')) refreshes.push(request);
    const { authorization } = request.headers();
    if (authorization !== undefined) tokens.push(authorization);
  });

  async function fill(values: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(values))
      await page.locator(`input[name="${name}"]`).fill(value);
  }

  return {
    page,
    /** The refreshes that this tab sent. */
    refreshes,
    /** The Authorization headers that it sent, in their order. */
    tokens,
    fill,
    open: (path: string) => page.goto(`${origin}${path}`),
    press: (name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click(),
    follow: (name: string) => page.locator(`::-p-aria([name="${name}"][role="link"])`).click(),
    /** Waits until the page shows this text. */
    sees: (text: string) => page.waitForSelector(`::-p-text(${text})`),
    async signIn(email: string, password: string): Promise<void> {
      await fill({ email, password });
      await page.locator('form button[type="submit"]').click();
    },
    /** The texts of all elements that this selector finds. */
    read: (selector: string) =>
      page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => element.textContent)`,
      ) as Promise<string[]>,
    picture: (name: string) => takePicture(page, name),
  };
}

/** A picture of the page for docs/spa.md, as high as its content. */
async function takePicture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
  await page.setViewport({ width: 640, height: Math.min(height, 780) });
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(PICTURES, `${name}.png`), optimizeForSpeed: false });
  await page.setViewport({ width: 640, height: 640 });
}

/** Lets so much time pass for the page that its token is due, without changing what the server thinks of it. */
export function passTime(page: Page, milliseconds: number): Promise<unknown> {
  return page.evaluate(
    `{ const now = Date.now.bind(Date); Date.now = () => now() + ${milliseconds}; dispatchEvent(new Event('pageshow')); }`,
  );
}
