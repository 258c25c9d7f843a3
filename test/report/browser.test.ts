// Reports as a browser shows them. LOGITS_PICTURES names a folder that keeps the screenshots.
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extreme, reportOf, usual } from '../support/evaluation/reports.js';

const executablePath = '/usr/bin/chromium';
const reason = existsSync(executablePath) ? '' : `there is no ${executablePath}`;
if (reason !== '') console.log(`skipped: browser.test.ts: ${reason}`);

const looks = [
  { look: 'light', width: 1100, colorScheme: 'light', media: 'screen' },
  { look: 'dark', width: 1100, colorScheme: 'dark', media: 'screen' },
  { look: 'phone', width: 360, colorScheme: 'light', media: 'screen' },
  { look: 'phone-dark', width: 360, colorScheme: 'dark', media: 'screen' },
  { look: 'print', width: 700, colorScheme: 'dark', media: 'print' },
] as const;

/** How light a colour is, by WCAG 2. */
function luminance(color: string): number {
  const [red, green, blue] = (color.match(/[\d.]+/g) ?? []).map((value) => {
    const share = Number(value) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** Pairs of texts of charts that overlap. */
const overlaps = `[...document.querySelectorAll('svg')].flatMap((svg) => {
  const texts = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return texts.flatMap(([name, box], i) =>
    texts.slice(i + 1).filter(([, other]) => meet(box, other)).map(([other]) => name + ' | ' + other));
})`;

/** Texts of charts that are cut off by the picture's edge. */
const cutOff = `[...document.querySelectorAll('svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.top < frame.top - 1;
  }).map((text) => text.textContent);
})`;

/** The colours of all texts. */
const colors = `[...document.querySelectorAll('h1, p, dt, dd, small, th, td, summary, svg text')]
  .map((element) => getComputedStyle(element)[element.tagName === 'text' ? 'fill' : 'color'])`;

describe.skipIf(reason !== '')('in Chromium', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = process.env.LOGITS_PICTURES ?? (await mkdtemp(join(tmpdir(), 'logits-report-')));
    mkdirSync(folder, { recursive: true });
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    if (!process.env.LOGITS_PICTURES) rmSync(folder, { recursive: true, force: true });
  });

  /** The open page and what it complained about or asked for. */
  async function open(file: string, { width, colorScheme, media }: (typeof looks)[number]) {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme,
      offline: true,
      javaScriptEnabled: true,
    });
    const page = await context.newPage();
    await page.emulateMedia({ colorScheme, media });
    const heard: string[] = [];
    page.on('console', (message) => heard.push(message.text()));
    page.on('pageerror', (error) => heard.push(error.message));
    page.on('request', (request) => heard.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    return { page, heard: heard.filter((text) => text !== url) };
  }

  const evaluate = <T>(page: Page, script: string) => page.evaluate(script) as Promise<T>;

  describe.each(Object.entries({ ...usual, extreme }))('%s', (name, make) => {
    let file: string;
    beforeAll(() => {
      file = join(folder, `${name}.html`);
      const logits = [`${'long-name-'.repeat(12)}<i>.npy`];
      writeFileSync(file, reportOf(make(), { logits }, 1e9));
    });

    it.each(looks)('$look', async (look) => {
      const { page, heard } = await open(file, look);
      expect(heard).toEqual([]);
      expect(await evaluate(page, 'document.documentElement.scrollWidth')).toBe(look.width);
      expect(await evaluate(page, overlaps)).toEqual([]);
      expect(await evaluate(page, cutOff)).toEqual([]);
      const paper = await evaluate<string>(
        page,
        'getComputedStyle(document.documentElement).backgroundColor',
      );
      const isDark = look.colorScheme === 'dark' && look.media === 'screen';
      expect(luminance(paper)).toSatisfy((light: number) => (isDark ? light < 0.02 : light === 1));
      const path = join(folder, `${name}-${look.look}.png`);
      await page.screenshot({ path, fullPage: true });
      expect(statSync(path).size).toBeGreaterThan(20_000);
      await page.context().close();
    });

    it('has texts that can be read on their ground', async () => {
      for (const look of looks) {
        const { page } = await open(file, look);
        const style = 'getComputedStyle(document.documentElement).backgroundColor';
        const paper = await evaluate<string>(page, style);
        // Numbers on cells have a ground of their own.
        await evaluate(
          page,
          `document.querySelectorAll('svg[aria-label^="Confusion"]').forEach((svg) => svg.remove())`,
        );
        for (const color of new Set(await evaluate<string[]>(page, colors))) {
          expect(contrast(color, paper), `${look.look}: ${color}`).toBeGreaterThan(4.5);
        }
        await page.context().close();
      }
    });

    it('is printed on few pages, with nothing beyond their edge', async () => {
      const { page } = await open(file, looks[4]);
      const margin = { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' };
      const path = join(folder, `${name}.pdf`);
      const pdf = await page.pdf({ path, format: 'A4', printBackground: true, margin });
      const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? [];
      expect(pages.length).toBeLessThanOrEqual(3);
      await page.context().close();
    });
  });
});
