// Which page is shown, and the keys.
"use strict";

(() => {
  const main = document.getElementById("main");
  const state = { text: "", verdict: "all", configuration: "" };
  let results = null;
  let current = null;  // the number of the test that is shown

  function show(...children) { main.replaceChildren(...children.filter(Boolean)); }

  async function render() {
    const [, page, argument] = location.hash.split("/");
    current = page === "test" ? Number(argument) : null;
    delete document.documentElement.dataset.ready;
    for (const link of document.querySelectorAll("nav a")) {
      if (link.dataset.page === (page || "run")) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (page === "runs") show(...fatespecViews.runsView(await fatespecData.load("overview")));
    else if (page === "slow") show(...fatespecViews.slowView(results));
    else if (page === "test" && current >= 0 && current < results.size) await fatespecViews.testView(results, current, main);
    else show(...fatespecViews.runView(results, state));
    document.title = `${main.querySelector("h1")?.textContent ?? "run"} · fatespec`;
    document.documentElement.dataset.ready = location.hash || "#/";
    if (page) window.scrollTo(0, 0);
  }

  /** The next bad test, or the one before. */
  function step(by) {
    const bad = results.data.bad;
    if (bad.length === 0) return;
    const place = bad.indexOf(current);
    const next = place < 0 ? (by > 0 ? 0 : bad.length - 1) : (place + by + bad.length) % bad.length;
    location.hash = `#/test/${bad[next]}`;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else if (event.key === "u") location.hash = "#/";
    else if (event.key === "/") {
      event.preventDefault();
      if (current !== null || location.hash.length > 2) location.hash = "#/";
      requestAnimationFrame(() => setTimeout(() => document.getElementById("search")?.focus(), 0));
    }
  });

  const complain = (error) => show(Object.assign(document.createElement("p"), { textContent: error.message }));
  window.addEventListener("hashchange", () => render().catch(complain));
  fatespecData.load("run").then((data) => {
    results = new fatespecData.Results(data);
    return render();
  }).catch(complain);
})();
