// The pages of a run in Debian's Chromium: search, filters, keys, plots, pictures, hostile output, no request.
//   FATESPEC=…/fatespec NODE_PATH=…/node_modules node --test site_test.cjs
"use strict";

const assert = require("node:assert/strict");
const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const axe = require("axe-core");
const { launch, openPage } = require("./browser.cjs");

const FATESPEC = process.env.FATESPEC;
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "fatespec-site-"));
const hostile = '<script>document.title="owned"</script><img src=x onerror=alert(1)>';
let browser;

const fatespec = (...words) => spawnSync(FATESPEC, words, { cwd: directory, encoding: "utf8" });
const page = (hash = "", options) => openPage(browser, `file://${directory}/site/index.html${hash}`, options);
const names = (view) => view.locator("table.tests tbody td.name > a").allTextContents();

before(async () => {
  const good = Buffer.alloc(64 * 48 * 3 / 2 * 4, 128);
  const bad = Buffer.from(good);
  bad[64 * 48 * 3 / 2 * 2 + 100] = 200;
  fs.mkdirSync(`${directory}/good`);
  fs.mkdirSync(`${directory}/bad`);
  fs.writeFileSync(`${directory}/good/a.raw`, good);
  fs.writeFileSync(`${directory}/bad/a.raw`, bad);
  fs.writeFileSync(`${directory}/fatespec.yaml`, "suites: [s.yaml]\nvariables: {SAMPLES_PATH: bad}\nreference: {SAMPLES_PATH: good}\nconfigurations: {gcc: {}, clang: {variables: {SAMPLES_PATH: good}}}\n");
  const digest = execFileSync("md5sum", [`${directory}/good/a.raw`], { encoding: "utf8" }).slice(0, 32);
  fs.writeFileSync(`${directory}/hostile.sh`, `printf '%s\\033[31mred\\377\\n' '${hostile}'; printf '%s\\n' '${hostile}' >&2; head -c 3000000 /dev/zero | tr '\\0' 'x'\n`);
  fs.writeFileSync(`${directory}/s.yaml`, `suite: codec
tests:
  - name: video
    spec: "{MD5} ffmpeg -v error -f rawvideo -pix_fmt yuv420p -s 64x48 -i $SAMPLES_PATH/a.raw -f rawvideo -"
    expect: {stdout: ${digest}}
  - {name: hostile, spec: 'sh ${directory}/hostile.sh', expect: {stdout: "quiet"}}
  - {name: threads, spec: 'test $N -lt 4', matrix: {N: [1, 2, 4, 8]}}
  - {name: good, spec: 'echo fine', expect: {stdout: "fine\\n"}}
  - {name: play, spec: '{PLAYER,clock=virtual,inject=slow_display@100ms:500ms} ${directory}/clip.mkv'}
`);
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=1", "-c:v", "mpeg4", `${directory}/clip.mkv`]);
  fatespec("run", "--no-progress");
  fatespec("run", "--no-progress");
  fatespec("diverge", "codec/video");
  assert.equal(fatespec("report", "--format", "html", "-o", "site").stdout, "site/index.html\n");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

test("a run tells its causes and its tests, the bad ones first, and loads nothing", async () => {
  const view = await page();
  assert.match(await view.locator("h1").textContent(), /^Run [0-9a-f]{12}$/);
  assert.match(await view.locator("#causes").textContent(), /^\d+ failures, \d+ causes$/);
  assert.equal(await view.getByRole("status").textContent(), "16 of 16 tests");
  const verdicts = await view.locator("table.tests tbody .verdict").allTextContents();
  const firstGood = verdicts.indexOf("pass");
  assert.ok(firstGood > 0 && verdicts.slice(firstGood).every((verdict) => verdict === "pass"));
  assert.deepEqual(view.noise, []);
});

test("searching and filtering as one types", async () => {
  const view = await page();
  await view.locator("#search").pressSequentially("threads n=4");
  assert.deepEqual(await names(view), ["codec/threads[N=4]", "codec/threads[N=4]"]);
  await view.locator("#configuration").selectOption({ label: "gcc" });
  assert.equal(await view.getByRole("status").textContent(), "1 of 16 tests");
  await view.locator("#search").fill("");
  await view.locator("#verdict").selectOption("pass");
  for (const name of await names(view)) assert.doesNotMatch(name, /hostile/);
  assert.deepEqual(view.noise, []);
});

test("keys lead from failure to failure, to the search and back", async () => {
  const view = await page();
  const shown = () => view.evaluate(() => document.documentElement.dataset.ready);
  await view.keyboard.press("n");
  await view.waitForFunction(() => document.documentElement.dataset.ready?.startsWith("#/test/"));
  const first = await shown();
  await view.keyboard.press("n");
  await view.waitForFunction((before) => ![undefined, before].includes(document.documentElement.dataset.ready), first);
  assert.match(await shown(), /^#\/test\//);
  await view.keyboard.press("p");
  await view.waitForFunction((before) => document.documentElement.dataset.ready === before, first);
  await view.keyboard.press("/");
  await view.waitForFunction(() => document.activeElement?.id === "search");
  await view.keyboard.type("good");
  assert.deepEqual(await names(view), ["codec/good", "codec/good"]);
  assert.deepEqual(view.noise, []);
});

async function openTest(name, configuration, options) {
  const view = await page("", options);
  await view.locator("#search").fill(name);
  await view.locator("#configuration").selectOption({ label: configuration });
  await view.locator("table.tests tbody td.name > a").first().click();
  await view.waitForFunction(() => document.documentElement.dataset.ready?.startsWith("#/test/"));
  return view;
}

test("a test shows its pictures, command, difference and history", async () => {
  const view = await openTest("codec/video", "gcc");
  assert.deepEqual(await view.locator(".pictures figcaption").allTextContents(), ["expected", "actual", "difference"]);
  for (const image of await view.locator(".pictures img").all()) assert.equal(await image.evaluate((one) => one.naturalWidth), 64);
  assert.match(await view.getByLabel("command").textContent(), /^ffmpeg -v error -f rawvideo/);
  assert.equal(await view.locator(".strip li").count(), 2);
  assert.equal(await view.locator(".plot canvas").count(), 2);
  assert.deepEqual(view.noise, []);
});

test("what failing combinations share stands with the test", async () => {
  const view = await openTest("codec/threads[n=8]", "gcc");
  assert.equal(await view.locator("main strong").first().textContent(), "fails exactly when N>2");
});

test("a play leads to its plot", async () => {
  const view = await openTest("codec/play", "gcc");
  await view.getByRole("link", { name: "what went on inside the player" }).click();
  await view.waitForFunction(() => document.documentElement.dataset.ready);
  assert.ok(await view.locator("#plots .uplot").count() > 0);
});

test("hostile output is text, and clipped", async () => {
  const view = await openTest("codec/hostile", "gcc");
  assert.match(await view.title(), /^codec\/hostile/);
  const shown = await view.getByLabel(/^stdout/).textContent();
  assert.ok(shown.includes(hostile) && shown.includes("bytes left out") && shown.length < 20000);
  assert.equal(await view.locator("main script, main img[src=x]").count(), 0);
  assert.deepEqual(view.noise, []);
});

test("configurations over runs, and times", async () => {
  const view = await page("#/runs");
  assert.deepEqual(await view.locator("thead th").allTextContents(), ["run", "started", "clang", "gcc"]);
  assert.equal(await view.locator("tbody tr").count(), 2);
  await view.goto(`file://${directory}/site/index.html#/slow`);
  await view.waitForFunction(() => document.documentElement.dataset.ready === "#/slow");
  assert.equal(await view.locator("section[aria-labelledby=slowest] tbody tr").count(), 16);
  assert.deepEqual(view.noise, []);
});

test("axe finds nothing, light or dark, and nothing is wider than a telephone", async () => {
  for (const [hash, options] of [["", {}], ["", { scheme: "dark" }], ["#/runs", {}], ["#/slow", { scheme: "dark" }], ["#/test/0", {}], ["#/test/1", { scheme: "dark" }], ["", { width: 360 }], ["#/test/1", { width: 360 }]]) {
    const view = await page(hash, options);
    await view.evaluate(axe.source);  // not as a script of the page: its policy forbids that
    const { violations } = await view.evaluate(() => axe.run(document));
    assert.deepEqual(violations.map((one) => `${hash}: ${one.id}: ${one.nodes[0].html}`), []);
    if (options.width) assert.ok(await view.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${hash} is too wide`);
    await view.close();
  }
});

test("on paper the text is all there is", async () => {
  const view = await openTest("codec/hostile", "gcc");
  await view.emulateMedia({ media: "print" });
  assert.equal(await view.locator("header").isVisible(), false);
  assert.equal(await view.locator("pre").first().evaluate((one) => getComputedStyle(one).maxHeight), "none");
});
