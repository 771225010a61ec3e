// What the pages show. Text of tests becomes text nodes only: nothing of it can be markup.
"use strict";

const fatespecViews = (() => {
  const { VERDICTS } = fatespecData;

  /** An element with attributes and children; children are elements or texts. */
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  }

  const seconds = (ms) => (ms >= 10000 ? `${(ms / 1000).toFixed(1)} s` : ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms} ms`);
  const badge = (verdict) => h("span", { class: `verdict ${verdict.replace(" ", "-")}` }, verdict);
  const testLink = (results, index) => h("a", { href: `#/test/${index}` }, results.name(index));
  /** With its configuration, where there are several and no column tells it. */
  const fullLink = (results, index) => results.data.configurations.length < 2 ? testLink(results, index)
    : h("a", { href: `#/test/${index}` }, `${results.name(index)} [${results.configuration(index)}]`);

  function counts(data) {
    return h("p", { class: "counts" }, Object.entries(data.counts).filter(([, count]) => count > 0)
      .map(([verdict, count]) => h("span", {}, badge(verdict), ` ${count} `)));
  }

  function facts(run) {
    const entries = [["run", run.id], ["started", `${run.started} UTC`], ["finished", run.finished ? `${run.finished} UTC` : "never"],
      ["command", run.command], ["fatespec", run.version], ["exit status", run.exit ?? "none"]];
    return h("dl", {}, entries.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]));
  }

  function causes(results) {
    const all = results.data.causes;
    if (all.length === 0) return null;
    const bad = all.reduce((sum, cause) => sum + cause.tests.length, 0);
    const most = 50;
    return h("section", { "aria-labelledby": "causes" },
      h("h2", { id: "causes" }, `${bad} ${bad === 1 ? "failure" : "failures"}, ${all.length} ${all.length === 1 ? "cause" : "causes"}`),
      h("ol", { class: "causes" }, all.slice(0, most).map((cause) => h("li", {},
        h("p", {}, h("strong", {}, `${cause.tests.length} × `), h("span", { class: "output" }, cause.text)),
        h("p", { class: "faint" }, "clearest: ", fullLink(results, cause.tests[0]), cause.common ? ` (${cause.common})` : ""),
        cause.tests.length > 1 ? h("details", {}, h("summary", {}, "all of them"),
          h("ul", {}, cause.tests.slice(0, 200).map((index) => h("li", {}, fullLink(results, index)))),
          cause.tests.length > 200 ? h("p", {}, `and ${cause.tests.length - 200} more`) : null) : null))),
      all.length > most ? h("p", { class: "faint" }, `and ${all.length - most} more causes`) : null);
  }

  /** Search, filters and the table that they make. `state` keeps what was asked for when one comes back. */
  function table(results, state) {
    const step = 100;
    const body = h("tbody", {});
    const count = h("p", { role: "status", "aria-live": "polite" });
    const more = h("button", { type: "button" }, "show more");
    let found = [];
    let shown = 0;
    const row = (index) => h("tr", { class: results.isBad(index) ? "bad" : "" },
      h("td", {}, badge(results.verdict(index)), results.isFlaky(index) ? " flaky" : ""),
      h("td", { class: "name" }, testLink(results, index), results.reason(index) ? h("p", { class: "output faint" }, results.reason(index)) : null),
      h("td", {}, results.configuration(index)),
      h("td", { class: "number" }, seconds(results.wall(index))));
    const showMore = () => {
      body.append(...found.slice(shown, shown + step).map(row));
      shown = Math.min(found.length, shown + step);
      more.hidden = shown === found.length;
    };
    const update = () => {
      found = results.select(state);
      shown = 0;
      body.replaceChildren();
      showMore();
      count.textContent = `${found.length} of ${results.size} tests`;
      document.documentElement.dataset.found = found.length;
    };
    more.addEventListener("click", showMore);
    const search = h("input", { type: "search", id: "search", placeholder: "words of names and reasons", autocomplete: "off" });
    search.value = state.text;
    search.addEventListener("input", () => { state.text = search.value; update(); });
    const choice = (name, id, entries) => {
      const select = h("select", { id }, entries.map(([value, label]) => h("option", { value, selected: state[name] === value }, label)));
      select.addEventListener("change", () => { state[name] = select.value; update(); });
      return select;
    };
    update();
    return h("section", { "aria-labelledby": "tests" },
      h("h2", { id: "tests" }, "Tests"),
      h("form", { role: "search", onsubmit: (event) => event.preventDefault() },
        h("label", {}, "search ", search),
        h("label", {}, "verdict ", choice("verdict", "verdict", [["all", "all"], ["bad", "bad"], ["flaky", "flaky"], ...Object.values(VERDICTS).slice(0, 8).map((v) => [v, v])])),
        h("label", {}, "configuration ", choice("configuration", "configuration", [["", "all"], ...results.data.configurations.map((name, i) => [String(i), name])]))),
      count,
      h("table", { class: "tests" }, h("thead", {}, h("tr", {}, ["verdict", "test", "configuration", "time"].map((title) => h("th", { scope: "col" }, title)))), body),
      more);
  }

  function runView(results, state) {
    return [h("h1", {}, `Run ${results.data.run.id}`), counts(results.data), facts(results.data.run), causes(results), table(results, state)];
  }

  function runsView(overview) {
    const recent = overview.runs.map((run, i) => [run, i]).reverse();
    return [h("h1", {}, "Configurations over runs"),
      h("p", { class: "faint" }, "bad results of all; the latest run first"),
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "configurations over runs" },
        h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "run"), h("th", { scope: "col" }, "started"), overview.configurations.map((one) => h("th", { scope: "col" }, one.name)))),
          h("tbody", {}, recent.map(([run, i]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, run.id)), h("td", {}, run.started),
            overview.configurations.map((one) => {
              const [total, bad] = one.runs[i];
              return h("td", { class: total === 0 ? "faint" : bad > 0 ? "some-bad" : "all-good" }, total === 0 ? "not run" : `${bad} of ${total}`);
            }))))))];
  }

  function slowView(results) {
    const order = [...Array(results.size).keys()].sort((a, b) => results.wall(b) - results.wall(a)).slice(0, 50);
    const trends = [...results.data.trends].sort((a, b) => b.change - a.change);
    const percent = (change) => `${change >= 0 ? "+" : ""}${(100 * change).toFixed(1)} %`;
    return [h("h1", {}, "Times"),
      h("section", { "aria-labelledby": "regressions" }, h("h2", { id: "regressions" }, "Changes of CPU time that are not chance"),
        trends.length === 0 ? h("p", {}, "none") :
          h("table", {}, h("thead", {}, h("tr", {}, ["change", "test", "configuration", "before", "now", "p"].map((title) => h("th", { scope: "col" }, title)))),
            h("tbody", {}, trends.slice(0, 200).map((one) => h("tr", {}, h("td", { class: one.change > 0 ? "some-bad" : "all-good" }, percent(one.change)), h("td", { class: "name" }, one.test), h("td", {}, one.configuration),
              h("td", { class: "number" }, seconds(Math.round(1000 * one.before))), h("td", { class: "number" }, seconds(Math.round(1000 * one.after))), h("td", { class: "number" }, one.p.toExponential(1))))))),
      h("section", { "aria-labelledby": "slowest" }, h("h2", { id: "slowest" }, "Slowest"),
        h("table", {}, h("thead", {}, h("tr", {}, ["time", "CPU", "test", "configuration"].map((title) => h("th", { scope: "col" }, title)))),
          h("tbody", {}, order.map((index) => h("tr", {}, h("td", { class: "number" }, seconds(results.wall(index))), h("td", { class: "number" }, seconds(results.cpu(index))),
            h("td", { class: "name" }, testLink(results, index)), h("td", {}, results.configuration(index)))))))];
  }

  /** A text of a program; the lines of a diff in colour. */
  function output(title, text, isDiff) {
    if (!text) return null;
    const lines = isDiff ? text.split("\n").map((line) => h("span", { class: line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith("@") ? "faint" : "" }, `${line}\n`)) : [text];
    return h("section", {}, h("h2", {}, title), h("pre", { tabindex: "0", "aria-label": title }, lines));
  }

  function commandBox(command) {
    const button = h("button", { type: "button", onclick: () => {
      navigator.clipboard?.writeText(command).then(() => { button.textContent = "copied"; }, () => { button.textContent = "select it and copy"; });
    } }, "copy");
    return h("section", {}, h("h2", {}, "Command ", button), h("pre", { tabindex: "0", "aria-label": "command" }, command));
  }

  /** Verdicts of the runs as a row of marks, the oldest first. */
  function verdictStrip(results, history) {
    const runs = results.data.histories.runs;
    return h("ol", { class: "strip", "aria-label": "verdicts, the oldest run first" }, [...history[0]].map((letter, i) =>
      h("li", { class: VERDICTS[letter].replace(" ", "-"), title: `${runs[i].started}, run ${runs[i].id}: ${VERDICTS[letter]}` }, letter === "-" ? "·" : letter)));
  }

  function drawHistory(place, results, history) {
    if (typeof uPlot === "undefined") {
      place.append(h("p", { class: "faint" }, "no plots: this build has no uPlot"));
      return;
    }
    const style = getComputedStyle(document.documentElement);
    const runs = results.data.histories.runs.map((run, i) => i + 1);
    const colour = (name) => style.getPropertyValue(name);
    const axis = (label) => ({ label, stroke: colour("--soft"), grid: { stroke: colour("--line") }, ticks: { stroke: colour("--line") } });
    for (const [title, unit, values, stroke] of [["CPU time", "ms", history[1].map((v) => v / 1000), "--expected"], ["memory", "MiB", history[2].map((v) => v / 1024), "--actual"]]) {
      const known = values.map((value, i) => (history[0][i] === "-" ? null : value));
      const box = h("div", { class: "plot", role: "img", "aria-label": `${title} over runs` });
      place.append(box);
      new uPlot({ width: Math.max(200, place.clientWidth), height: 180, title: `${title}, ${unit}`, scales: { x: { time: false } },
        axes: [axis("run"), axis(unit)], series: [{ label: "run" }, { label: `${title} (${unit})`, stroke: colour(stroke), width: 2, spanGaps: false, points: { show: runs.length < 100 } }] },
      [runs, known], box);
    }
  }

  async function testView(results, index, root) {
    const hash = location.hash;
    const [detail, history] = await Promise.all([results.detail(index), results.history(index)]);
    if (location.hash !== hash) return;  // somebody has gone on meanwhile
    const plotPlace = h("div", { class: "plots" });
    root.replaceChildren(
      h("h1", { class: "name" }, results.name(index)),
      h("p", {}, badge(results.verdict(index)), results.isFlaky(index) ? " flaky" : "", ` in ${results.configuration(index)}${detail?.target ? ` on ${detail.target}` : ""}, ${seconds(results.wall(index))}, CPU ${seconds(results.cpu(index))}`),
      ...[results.reason(index) ? h("p", { class: "output" }, detail?.reason ?? results.reason(index)) : null,
        detail?.attribution ? h("p", {}, h("strong", {}, detail.attribution)) : null,
        pictures(detail),
        detail?.plot ? h("p", {}, h("a", { href: detail.plot }, "what went on inside the player")) : null,
        detail ? output("Difference", detail.detail, true) : null,
        detail ? commandBox(detail.command) : null,
        detail ? output(`stderr (${detail.stderr_bytes} bytes)`, detail.stderr) : null,
        detail ? output(`stdout (${detail.stdout_bytes} bytes)`, detail.stdout) : null,
        detail?.kept ? h("p", {}, "its directory: ", h("code", {}, detail.kept)) : null,
        detail?.provenance ? output("Reference", detail.provenance) : null,
        history ? h("section", {}, h("h2", {}, "History"), verdictStrip(results, history), plotPlace) : null].filter(Boolean));
    if (history) drawHistory(plotPlace, results, history);
  }

  function pictures(detail) {
    if (!detail?.pictures?.length) return null;
    return h("section", {}, h("h2", {}, "Where it diverges"),
      h("div", { class: "pictures" }, detail.pictures.map((file) => {
        const label = file.replace(/.*\//, "").replace(".png", "");
        return h("figure", {}, h("a", { href: file }, h("img", { src: file, alt: label })), h("figcaption", {}, label));
      })),
      detail.divergence ? h("p", {}, h("a", { href: detail.divergence }, "in full")) : null);
  }

  return { runView, runsView, slowView, testView };
})();
