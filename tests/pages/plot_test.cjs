// The plot page in Debian's Chromium: what is drawn, what the keys and the mouse do, and that nothing leaves the page.
//   FATESPEC=…/fatespec NODE_PATH=…/node_modules node --test plot_test.cjs
"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const axe = require("axe-core");
const { launch, openPage } = require("./browser.cjs");

const FATESPEC = process.env.FATESPEC;
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "fatespec-pages-"));
let browser;

function session(...words) {
  return execFileSync(FATESPEC, ["session", ...words], { cwd: directory, encoding: "utf8" });
}

function record(sessionName, ...options) {
  const file = path.join(sessionName, "dbg", "clip.mkv.dbg");
  try {
    execFileSync(FATESPEC, ["play", "-q", "--headless", "--null-audio", ...options, "--record", file, "clip.mkv"], { cwd: directory, stdio: "ignore" });
  } catch {
    // A play with a crash in it does not end with 0.
  }
}

before(async () => {
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=4", "-f", "lavfi", "-i", "sine=duration=4",
    "-c:v", "mpeg4", "-g", "10", "-c:a", "aac", path.join(directory, "clip.mkv")]);
  session("new", "before");
  record("before", "--clock", "virtual");
  session("new", "after");
  record("after", "--clock", "virtual", "--inject", "slow_display@2s:300ms", "--press", "left@1s,space@1500ms,space@1800ms");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

const open = (file, scheme = "light") => openPage(browser, `file://${path.resolve(directory, file.trim())}`, { scheme });

const range = (page) => page.evaluate(() => {
  const { from, to } = document.getElementById("plots").dataset;
  return [Number(from), Number(to)];
});

async function afterNextDraw(page, act) {
  const draws = await page.evaluate(() => document.getElementById("plots").dataset.draws);
  await act();
  await page.waitForFunction((before) => document.getElementById("plots").dataset.draws !== before, draws);
}

// How many pixels of a plot have about this colour.
const pixels = (page, plot, [red, green, blue]) => page.evaluate(([index, r, g, b]) => {
  const canvas = document.querySelectorAll("#plots canvas")[index];
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - r) < 40 && Math.abs(data[i + 1] - g) < 40 && Math.abs(data[i + 2] - b) < 40 && data[i + 3] > 128) ++found;
  return found;
}, [plot, red, green, blue]);

test("three linked plots, without a request or a word on the console", async () => {
  const page = await open(session("plot", "clip.mkv"));
  assert.equal(await page.locator("#plots .uplot").count(), 3);
  assert.match(await page.locator("h1").textContent(), /^clip\.mkv - after$/);
  assert.deepEqual(await page.locator("#series button").allTextContents(),
    ["playback clock", "audio clock", "video time", "frame number", "rescheduling time", "A/V drift"]);
  const kinds = await page.locator("#kinds button").allTextContents();
  for (const kind of ["frame_dropped", "seek_requested", "paused", "resumed", "update", "fault_injected"])
    assert.ok(kinds.some((text) => text.startsWith(`${kind} `)), kind);
  assert.ok(await pixels(page, 0, [0x2b, 0x9a, 0x66]) > 200, "the video time is drawn");
  assert.deepEqual(page.noise, []);
});

test("the wheel zooms where it points, dragging pans, reset and double click show all", async () => {
  const page = await open(session("plot", "clip.mkv"));
  const whole = await range(page);
  const over = await page.locator("#plots .u-over").first().boundingBox();
  const x = over.x + over.width * 0.25;
  await page.mouse.move(x, over.y + 50);
  const at = whole[0] + (whole[1] - whole[0]) * 0.25;
  await afterNextDraw(page, () => page.mouse.wheel(0, -100));
  const zoomed = await range(page);
  assert.ok(Math.abs((zoomed[1] - zoomed[0]) / (whole[1] - whole[0]) - 0.75) < 0.01);
  assert.ok(Math.abs((at - zoomed[0]) / (zoomed[1] - zoomed[0]) - 0.25) < 0.01, "what is under the pointer stays there");
  await page.mouse.down();
  await afterNextDraw(page, () => page.mouse.move(x - 50, over.y + 50));
  await page.mouse.up();
  const panned = await range(page);
  assert.ok(panned[0] > zoomed[0]);
  assert.ok(Math.abs((panned[1] - panned[0]) - (zoomed[1] - zoomed[0])) < 1e-6);
  await afterNextDraw(page, () => page.locator("#reset").click());
  assert.deepEqual(await range(page), whole);
  await afterNextDraw(page, () => page.keyboard.press("+"));
  assert.notDeepEqual(await range(page), whole);
  await afterNextDraw(page, () => page.locator("#plots .u-over").last().dblclick());
  assert.deepEqual(await range(page), whole);
  for (let i = 0; i < 3; ++i) await page.mouse.wheel(0, 100);
  assert.deepEqual(await range(page), whole, "no further out than the play");
  assert.deepEqual(page.noise, []);
});

test("the legend switches curves and kinds of events", async () => {
  const page = await open(session("plot", "clip.mkv"));
  const clock = [0x3d, 0x7b, 0xff];
  await page.locator("#series button", { hasText: "audio clock" }).click();
  await page.locator("#series button", { hasText: "video time" }).click();
  const drawn = await pixels(page, 0, clock);
  await page.locator("#series button", { hasText: "playback clock" }).click();
  assert.ok(await pixels(page, 0, clock) < drawn / 2);
  const lanes = page.locator("#plots .uplot").last();
  const height = (await lanes.boundingBox()).height;
  await page.locator('#kinds button[data-kind="update"]').click();
  assert.equal(await page.locator('#kinds button[data-kind="update"]').getAttribute("aria-pressed"), "false");
  assert.equal((await lanes.boundingBox()).height, height - 18);
  await page.locator('#kinds button[data-kind="update"]').click();
  assert.equal((await lanes.boundingBox()).height, height);
  assert.deepEqual(page.noise, []);
});

test("hovering tells the event and its fields", async () => {
  const page = await open(session("plot", "clip.mkv"));
  const kinds = await page.locator("#kinds button").evaluateAll((all) => all.map((one) => one.dataset.kind));
  const walls = JSON.parse(session("report", "clip.mkv", "all", "--format", "json")).events;
  const seek = walls.find((event) => event.event === "seek_requested");
  const [from, to] = await range(page);
  const over = await page.locator("#plots .u-over").last().boundingBox();
  const row = kinds.indexOf("seek_requested");
  await page.mouse.move(over.x + over.width * (seek.wall - from) / (to - from), over.y + (row + 0.5) * over.height / kinds.length);
  const tip = page.locator("#tip");
  await tip.waitFor({ state: "visible" });
  const text = await tip.innerText();
  assert.match(text, /^seek_requested\n/);
  assert.match(text, new RegExp(`wall\\s+${seek.wall.toFixed(6)} s`));
  assert.match(text, /thread\s+main/);
  assert.match(text, /seek_to_time\s+0 s/);
  assert.deepEqual(page.noise, []);
});

test("what is shown is saved as a picture", async () => {
  const page = await open(session("plot", "clip.mkv"));
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#export").click()]);
  assert.equal(download.suggestedFilename(), "clip.mkv.timeline.png");
  const png = fs.readFileSync(await download.path());
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.ok(png.readUInt32BE(16) > 800 && png.readUInt32BE(20) > 500, "as wide and as high as the plots");
  assert.deepEqual(page.noise, []);
});

test("two sessions on one time line, with where they part", async () => {
  const page = await open(session("plot", "clip.mkv", "--with", "before"));
  assert.match(await page.locator("h1").textContent(), /^clip\.mkv - before and after$/);
  assert.match(await page.locator("#alignment").textContent(), /events in both.*they part at .* only after has: Seek/);
  const series = await page.locator("#series button").allTextContents();
  assert.ok(series.includes("playback clock (before)") && series.includes("playback clock (after)"));
  assert.deepEqual(page.noise, []);
});

test("a crashed play and one without video plot too", async () => {
  session("new", "crashed");
  record("crashed", "--inject", "crash@1s");
  let page = await open(session("plot", "clip.mkv"));
  assert.ok((await page.locator("#kinds button").allTextContents()).includes("crash 1"));
  assert.match(await page.locator("#defects").textContent(), /media_player crashed/);
  assert.deepEqual(page.noise, []);
  record("crashed", "--no-video", "--clock", "virtual");
  page = await open(session("plot", "clip.mkv"));
  assert.ok(await page.locator("#plots .uplot").count() >= 2);
  assert.deepEqual(page.noise, []);
});

test("dark and light follow the system and the button; no finding of axe", async () => {
  for (const scheme of ["dark", "light"]) {
    const page = await open(session("plot", "clip.mkv", "--session", "after"), scheme);
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const first = await back();
    assert.equal(first === "rgb(255, 255, 255)", scheme === "light");
    await page.addScriptTag({ content: axe.source }).catch(() => page.evaluate(axe.source));
    const found = await page.evaluate(() => window.axe.run());
    assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), []);
    await page.locator("#theme").click();
    assert.notEqual(await back(), first);
    assert.deepEqual(page.noise, []);
  }
});

test("names and texts of a stranger stay text", async () => {
  const name = "<img src=x onerror=alert(1)>.mkv";
  fs.copyFileSync(path.join(directory, "clip.mkv"), path.join(directory, name));
  session("new", "hostile");
  execFileSync(FATESPEC, ["play", "-q", "--clock", "virtual", "--record", path.join("hostile", "dbg", `${name}.dbg`), name], { cwd: directory });
  const page = await open(session("plot", name));
  assert.equal(await page.locator("h1").textContent(), `${name} - hostile`);
  assert.equal(await page.locator("img").count(), 0);
  assert.deepEqual(page.noise, []);
});
