// How soon the first page of a site is ready in Chromium, and how long it takes to answer a key in its search.
//   NODE_PATH=…/node_modules node site_bench.cjs SITE
"use strict";

const { launch } = require("./browser.cjs");

(async () => {
  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  await page.goto(`file://${process.argv[2]}/index.html`);
  await page.waitForFunction(() => document.documentElement.dataset.ready, null, { timeout: 60000 });
  const ready = await page.evaluate(() => performance.now());
  // From the key to the frame after the one that shows the answer.
  const keys = await page.evaluate(async () => {
    const search = document.getElementById("search");
    const times = [];
    for (const text of ["t", "te", "tes", "test", "test-", "test-1", "test-12", "test-1", "suite", "suite5", "x", "", "frame", "3 of"]) {
      const begin = performance.now();
      search.value = text;
      search.dispatchEvent(new Event("input"));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
      times.push(performance.now() - begin);
    }
    return times.sort((a, b) => a - b);
  });
  console.log(JSON.stringify({ ready_ms: Math.round(ready), key_median_ms: Math.round(keys[7]), key_worst_ms: Math.round(keys.at(-1)) }));
  await browser.close();
})();
