/** What a browser that has nothing yet gets of a page: time to the first contentful paint, and bytes, in headless Chromium. */
import { findProgram } from '@resetscope/testkit';
import { chromium } from 'playwright-core';
import { median } from './measured-run.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

/** Of each page; odd, for the median. */
const RUNS = 9;

export async function openBrowser() {
  return await chromium.launch({ executablePath: findProgram('chromium') ?? '', args: ARGS });
}

/** One cold load. Bytes are of all files that the page needs; transferred with headers and compression. */
async function load(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  let [transferredBytes, uncompressedBytes, requests] = [0, 0, 0];
  devtools.on('Network.dataReceived', ({ dataLength }) => (uncompressedBytes += dataLength));
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    transferredBytes += encodedDataLength;
    requests++;
  });
  await page.goto(url, { waitUntil: 'load' });
  const paintMs = await page.evaluate(
    `new Promise((resolve) => new PerformanceObserver((list) => {
       const [paint] = list.getEntriesByName('first-contentful-paint');
       if (paint !== undefined) resolve(paint.startTime);
     }).observe({ type: 'paint', buffered: true }))`,
  );
  await context.close();
  return { paintMs, transferredBytes, uncompressedBytes, requests };
}

/** @returns medians; the first load warms the browser and does not count. */
export async function paint(browser, url) {
  await load(browser, url);
  const loads = [];
  for (let run = 0; run < RUNS; run++) loads.push(await load(browser, url));
  const { transferredBytes, uncompressedBytes, requests } = loads[0];
  const paintMs = loads.map((one) => one.paintMs);
  const rounded = (value) => Math.round(value * 10) / 10;
  return {
    firstContentfulPaintMs: rounded(median(paintMs)),
    slowestPaintMs: rounded(Math.max(...paintMs)),
    ...{ transferredBytes, uncompressedBytes, requests },
  };
}
