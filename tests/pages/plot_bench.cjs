// How soon a plot page is ready in Chromium, and how long a step of the wheel takes until it is drawn.
//   NODE_PATH=…/node_modules node plot_bench.cjs PAGE…
"use strict";

const { chromium } = require("playwright-core");

async function measure(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => document.documentElement.dataset.ready, null, { timeout: 60000 });
  const ready = Number(await page.evaluate(() => document.documentElement.dataset.ready));
  // From the event to the frame after the one in which it was drawn.
  const steps = await page.evaluate(async () => {
    const over = document.querySelector("#plots .u-over");
    const { left, top, width } = over.getBoundingClientRect();
    const times = [];
    for (let i = 0; i < 20; ++i) {
      const begin = performance.now();
      const deltaY = i % 4 < 2 ? -100 : 100;
      over.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX: left + width * 0.3, clientY: top + 20, bubbles: true, cancelable: true }));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      times.push(performance.now() - begin);
    }
    return times.sort((a, b) => a - b);
  });
  await page.close();
  return { ready_ms: ready, wheel_median_ms: Math.round(steps[10]), wheel_worst_ms: Math.round(steps[19]) };
}

(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  for (const file of process.argv.slice(2)) console.log(JSON.stringify(await measure(browser, file)));
  await browser.close();
})();
