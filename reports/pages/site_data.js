// The data of the site: files that call fatespecLoad(), fetched as scripts when they are wanted.
"use strict";

const fatespecData = (() => {
  const loaded = new Map();
  const waiting = new Map();

  /** The data of data/NAME.js. */
  function load(name) {
    if (loaded.has(name)) return Promise.resolve(loaded.get(name));
    if (waiting.has(name)) return waiting.get(name).promise;
    const entry = {};
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    waiting.set(name, entry);
    const script = document.createElement("script");
    script.src = `data/${name}.js`;
    script.onerror = () => entry.reject(new Error(`data/${name}.js cannot be read: is the site complete?`));
    document.head.append(script);
    return entry.promise;
  }

  function take(name, data) {
    loaded.set(name, data);
    waiting.get(name)?.resolve(data);
  }

  const VERDICTS = { p: "pass", f: "fail", c: "crash", t: "timeout", x: "xfail", X: "xpass", s: "skip", e: "error", "-": "no result" };
  const BAD = new Set("fctXe");

  /** The results of the run, with what every view asks of them. */
  class Results {
    constructor(data) {
      this.data = data;
      this.size = data.tests.name.length;
      this.lower = data.tests.name.map((name) => name.toLowerCase());
      this.place = new Map(data.bad.map((index, place) => [index, place]));
    }
    name(index) { return this.data.tests.name[index]; }
    letter(index) { return this.data.tests.verdict[index]; }
    verdict(index) { return VERDICTS[this.letter(index)]; }
    isBad(index) { return BAD.has(this.letter(index)); }
    isFlaky(index) { return this.data.tests.flaky[index] === "1"; }
    configuration(index) { return this.data.configurations[this.data.tests.configuration[index]]; }
    reason(index) { return this.data.tests.reason[index] ?? ""; }
    wall(index) { return this.data.tests.wall[index]; }
    cpu(index) { return this.data.tests.cpu[index]; }

    /** The numbers of the tests that a search and the filters let through; what is bad comes first. */
    select({ text, verdict, configuration }) {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      const bad = [];
      const good = [];
      for (let index = 0; index < this.size; ++index) {
        if (verdict === "bad" ? !this.isBad(index) : verdict !== "all" && (verdict === "flaky" ? !this.isFlaky(index) : this.verdict(index) !== verdict)) continue;
        if (configuration !== "" && this.data.tests.configuration[index] !== Number(configuration)) continue;
        const name = this.lower[index];
        if (!words.every((word) => name.includes(word) || this.reason(index).toLowerCase().includes(word))) continue;
        (this.isBad(index) ? bad : good).push(index);
      }
      return bad.concat(good);
    }

    /** What is kept of a bad result; null of any other. */
    async detail(index) {
      const place = this.place.get(index);
      if (place === undefined) return null;
      const each = this.data.details.each;
      return (await load(`detail-${Math.floor(place / each)}`))[place % each];
    }
    async history(index) {
      const each = this.data.histories.each;
      return (await load(`history-${Math.floor(index / each)}`))[index % each];
    }
  }

  return { load, take, Results, VERDICTS };
})();

function fatespecLoad(name, data) { fatespecData.take(name, data); }
