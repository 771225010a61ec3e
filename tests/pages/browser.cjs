// What the tests of the pages share: Debian's Chromium, and a page that notes what leaves it and what it complains of.
"use strict";

const { chromium } = require("playwright-core");

function launch() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

// `noise`: every request but for files, every word on the console, every exception. Empty is what is wanted.
async function openPage(browser, url, { scheme = "light", width = 1000 } = {}) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  page.noise = [];
  page.on("request", (request) => { if (!/^(file|blob|data):/.test(request.url())) page.noise.push(request.url()); });
  page.on("console", (message) => page.noise.push(message.text()));
  page.on("pageerror", (error) => page.noise.push(error.message));
  await page.goto(url);
  await page.waitForFunction(() => document.documentElement.dataset.ready, null, { timeout: 30000 });
  return page;
}

module.exports = { launch, openPage };
