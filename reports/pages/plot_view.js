// The plots of a page, one below the other over one line of wall time: the times, how late and how far from the sound, and
// a lane for each kind of event.

const COLORS = ["#3d7bff", "#e8590c", "#2b9a66", "#b5379e", "#0e8a9c", "#c98a00", "#7a5af5", "#d6336c", "#5c7c0f", "#8a6d3b"];
const LANE = 18;  // pixels, as the others
const LEFT = 110;
const RIGHT = 90;
const LABEL = 20;
const SYNC = "plots";
const THREADS = ["main", "demuxer", "video decoder", "audio decoder", "audio device", "watchdog"];
const QUIET = new Set(["update", "audio_callback", "queues", "frame_current", "early_return", "rescheduled"]);

const element = (id) => document.getElementById(id);
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class Page {
  constructor(meta) {
    this.meta = meta;
    this.range = wholeRange(meta);
    this.shown = [...this.range];
    this.bands = bandsOf(meta);
    this.plots = [];
    this.lanes = this.lanesOf();
    this.pending = false;
  }

  // A lane for each kind of any recording, the quiet ones last.
  lanesOf() {
    const names = new Map();
    for (const recording of this.meta.recordings)
      for (const kind of recording.kinds) {
        const lane = names.get(kind.name) ?? { name: kind.name, description: kind.description, count: 0, bad: 0, visible: true };
        lane.count += kind.count;
        lane.bad += kind.bad.length;
        names.set(kind.name, lane);
      }
    const rank = (lane) => (lane.bad > 0 ? 0 : QUIET.has(lane.name) ? 2 : 1);
    const lanes = [...names.values()].sort((a, b) => rank(a) - rank(b));
    lanes.forEach((lane, index) => {
      lane.color = lane.bad > 0 ? "#e03131" : COLORS[index % COLORS.length];
    });
    return lanes;
  }

  visibleLanes() {
    return this.lanes.filter((lane) => lane.visible);
  }

  build() {
    element("loading")?.remove();
    const tables = tablesOf(this.meta);
    this.plots = [
      this.plot(tables[0], 320, { s: "seconds", frame: "frame" }),
      this.plot(tables[1], 150, { ms: "milliseconds" }),
      this.lanePlot(),
    ].filter((plot) => plot !== null);
    this.note();
  }

  // Options that all plots share: one time line, nothing but our own dragging.
  options(height, extra) {
    const axis = { stroke: () => color("--faint"), grid: { stroke: () => color("--line"), width: 1 }, ticks: { stroke: () => color("--line"), width: 1 } };
    return {
      width: this.width(),
      height,
      cursor: { sync: { key: SYNC, setSeries: false }, drag: { x: false, y: false }, points: { show: false } },
      legend: { show: false },
      ...extra,
      scales: { x: { time: false, range: () => this.shown }, ...extra.scales },
      axes: [{ ...axis, values: (_, splits) => splits.map((value) => `${+value.toFixed(6)} s`) }, ...extra.axes.map((one) => ({ ...axis, size: LEFT - LABEL, labelSize: LABEL, ...one }))],
      hooks: { ...extra.hooks, setCursor: [(plot) => this.hover(plot)] },
    };
  }

  width() {
    return Math.max(320, element("plots").clientWidth);
  }

  plot(table, height, units) {
    if (table.columns.length === 0) return null;
    const used = Object.keys(units).filter((scale) => table.columns.some((column) => column.scale === scale));
    const series = table.columns.map((column) => ({
      label: column.label,
      scale: column.scale,
      stroke: COLORS[column.color],
      width: 1.5,
      dash: column.recording === 0 ? undefined : [6, 4],
      // Not every update shows a frame and plans the next; an unknown time of a clock is a gap.
      spanGaps: this.meta.recordings.length > 1 || !["clock", "audio"].includes(column.key),
      points: { show: false },
    }));
    const plot = new uPlot(this.options(height, {
      series: [{}, ...series],
      scales: {},
      axes: used.map((scale) => ({ scale, label: units[scale], side: scale === "frame" ? 1 : 3, size: scale === "frame" ? RIGHT - LABEL : LEFT - LABEL, grid: { show: scale !== "frame" } })),
      padding: [8, used.includes("frame") ? 0 : RIGHT, 0, 0],
      hooks: { drawClear: [(u) => this.drawBands(u)], draw: [(u) => this.drawMarks(u)] },
    }), table.data, element("plots"));
    plot.columns = table.columns;
    this.listen(plot);
    return plot;
  }

  lanePlot() {
    const plot = new uPlot(this.options(this.laneHeight(), {
      series: [{}, { scale: "lane", points: { show: false } }],
      scales: { lane: { range: [0, 1] } },
      axes: [{ scale: "lane", show: true, size: LEFT, values: () => [], splits: () => [], grid: { show: false } }],
      padding: [4, RIGHT, 0, 0],
      hooks: { drawClear: [(u) => this.drawBands(u)], draw: [(u) => this.drawLanes(u)] },
    }), [this.range, [null, null]], element("plots"));
    plot.isLanes = true;
    this.listen(plot);
    return plot;
  }

  laneHeight() {
    return Math.max(1, this.visibleLanes().length) * LANE + 60;
  }

  listen(plot) {
    const over = plot.over;
    over.addEventListener("wheel", (event) => {
      event.preventDefault();
      const at = plot.posToVal(event.clientX - over.getBoundingClientRect().left, "x");
      this.zoom(event.deltaY < 0 ? 0.75 : 1 / 0.75, at);
    }, { passive: false });
    over.addEventListener("dblclick", () => this.show(...this.range));
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const [from, to] = this.shown;
      const left = event.clientX;
      const perPixel = (to - from) / over.clientWidth;
      const move = (moved) => this.show(from - (moved.clientX - left) * perPixel, to - (moved.clientX - left) * perPixel);
      const up = () => {
        document.removeEventListener("pointermove", move);
        document.removeEventListener("pointerup", up);
      };
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", up);
    });
    over.addEventListener("pointerleave", () => { element("tip").hidden = true; });
  }

  zoom(factor, at) {
    const [from, to] = this.shown;
    this.show(at - (at - from) * factor, at + (to - at) * factor);
  }

  pan(part) {
    const step = (this.shown[1] - this.shown[0]) * part;
    this.show(this.shown[0] + step, this.shown[1] + step);
  }

  // The plots follow at the next frame: a wheel gives more steps than a screen has frames.
  show(from, to) {
    const [first, last] = this.range;
    const length = Math.min(last - first, Math.max(1e-6, to - from));
    from = Math.min(Math.max(from, first), last - length);
    // The whole play exactly: sums of fractions are not.
    this.shown = length === last - first ? [first, last] : [from, from + length];
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      for (const plot of this.plots) plot.setScale("x", { min: this.shown[0], max: this.shown[1] });
      this.note();
    });
  }

  note() {
    const plots = element("plots");
    plots.dataset.from = this.shown[0];
    plots.dataset.to = this.shown[1];
    plots.dataset.draws = Number(plots.dataset.draws ?? 0) + 1;
  }

  drawBands(u) {
    const { left, top, width, height } = u.bbox;
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(left, top, width, height);
    u.ctx.clip();
    for (const [from, to, style] of this.bands) {
      const x = u.valToPos(from, "x", true);
      u.ctx.fillStyle = color(style);
      u.ctx.fillRect(x, top, Math.max(devicePixelRatio, u.valToPos(to, "x", true) - x), height);
    }
    const parting = this.meta.alignment?.parting;
    if (parting) {
      u.ctx.fillStyle = "#e03131";
      for (const wall of parting.walls) u.ctx.fillRect(u.valToPos(wall, "x", true), top, devicePixelRatio, height);
    }
    u.ctx.restore();
  }

  // Calls `draw` with the pixel of each event in view, at most once a pixel.
  eachPixel(u, walls, draw) {
    const { left, width } = u.bbox;
    const [from, to] = this.shown;
    const perPixel = (to - from) / width;
    let at = lowerBound(walls, from);
    const dense = lowerBound(walls, to) - at > 2 * width;
    while (at < walls.length && walls[at] <= to) {
      const pixel = Math.floor((walls[at] - from) / perPixel);
      draw(left + pixel);
      at = dense ? Math.max(at + 1, lowerBound(walls, from + (pixel + 1) * perPixel)) : at + 1;
    }
  }

  // Where something went wrong, on the curves too.
  drawMarks(u) {
    const { top, height } = u.bbox;
    const size = 5 * devicePixelRatio;
    u.ctx.save();
    for (const lane of this.visibleLanes()) {
      if (lane.bad === 0) continue;
      for (const recording of this.meta.recordings) {
        const kind = kindOf(recording, lane.name);
        if (!kind || kind.bad.length === 0) continue;
        u.ctx.fillStyle = lane.color;
        this.eachPixel(u, kind.bad, (x) => {
          u.ctx.globalAlpha = 0.25;
          u.ctx.fillRect(x, top, devicePixelRatio, height);
          u.ctx.globalAlpha = 1;
          u.ctx.beginPath();
          u.ctx.moveTo(x - size, top);
          u.ctx.lineTo(x + size, top);
          u.ctx.lineTo(x, top + 1.5 * size);
          u.ctx.fill();
        });
      }
    }
    u.ctx.restore();
  }

  drawLanes(u) {
    const { left, top, width, height } = u.bbox;
    const lanes = this.visibleLanes();
    const step = height / Math.max(1, lanes.length);
    u.ctx.save();
    u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    u.ctx.textBaseline = "middle";
    u.ctx.textAlign = "right";
    lanes.forEach((lane, row) => {
      const y = top + row * step;
      u.ctx.fillStyle = color("--line");
      u.ctx.fillRect(left, y + step - 1, width, 1);
      const part = (step - 4) / this.meta.recordings.length;
      this.meta.recordings.forEach((recording, index) => {
        const kind = kindOf(recording, lane.name);
        if (!kind) return;
        u.ctx.fillStyle = lane.color;
        u.ctx.globalAlpha = index === 0 ? 1 : 0.6;
        this.eachPixel(u, kind.walls, (x) => u.ctx.fillRect(x, y + 2 + index * part, 1.5 * devicePixelRatio, part - 1));
      });
      u.ctx.globalAlpha = 1;
      u.ctx.fillStyle = color("--text");
      u.ctx.fillText(lane.name, left - 8 * devicePixelRatio, y + step / 2);
    });
    u.ctx.restore();
  }

  // The visible event nearest to the cursor: of the lane under it, or of any.
  nearest(plot) {
    const at = plot.posToVal(plot.cursor.left, "x");
    let lanes = this.visibleLanes();
    if (plot.isLanes) {
      const row = Math.floor(plot.cursor.top / (plot.over.clientHeight / Math.max(1, lanes.length)));
      lanes = lanes.slice(row, row + 1);
    }
    let best = null;
    for (const lane of lanes)
      for (const recording of this.meta.recordings) {
        const kind = kindOf(recording, lane.name);
        if (!kind) continue;
        const next = lowerBound(kind.walls, at);
        for (const index of [next - 1, next]) {
          if (index < 0 || index >= kind.count) continue;
          const distance = Math.abs(kind.walls[index] - at);
          if (!best || distance < best.distance) best = { distance, recording, kind, index };
        }
      }
    return best;
  }

  hover(plot) {
    const tip = element("tip");
    if (plot.cursor.left < 0 || !plot.cursor.event || plot.cursor.event.type === "sync") return;
    if (!plot.over.matches(":hover")) return;
    const found = this.nearest(plot);
    if (!found || found.distance > (this.shown[1] - this.shown[0]) * 0.02) {
      tip.hidden = true;
      return;
    }
    tip.replaceChildren(...this.tipContent(found));
    tip.hidden = false;
    const { clientX, clientY } = plot.cursor.event;
    tip.style.left = `${Math.min(clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
  }

  tipContent({ recording, kind, index }) {
    const title = document.createElement("b");
    title.textContent = this.meta.recordings.length > 1 ? `${recording.label}: ${kind.name}` : kind.name;
    const table = document.createElement("table");
    const row = (name, value) => {
      const cells = table.insertRow();
      cells.insertCell().textContent = name;
      cells.insertCell().textContent = value;
    };
    row("wall", `${kind.walls[index].toFixed(6)} s`);
    row("thread", THREADS[kind.threads[index]]);
    for (const field of kind.fields) row(field.name, this.text(recording, field, field.values[index]));
    return [title, table];
  }

  text(recording, field, value) {
    if (Number.isNaN(value)) return "unknown";
    if (field.unit === "text") return recording.strings[value] ?? "";
    if (field.unit === "address") return `0x${value.toString(16)}`;
    return `${+value.toFixed(9)}${field.unit ? ` ${field.unit}` : ""}`;
  }

  resize() {
    for (const plot of this.plots) plot.setSize({ width: this.width(), height: plot.isLanes ? this.laneHeight() : plot.height });
  }

  redraw() {
    for (const plot of this.plots) plot.redraw(false, true);
  }

  // The plots below one another, as they stand.
  picture() {
    const canvases = this.plots.map((plot) => plot.ctx.canvas);
    const all = document.createElement("canvas");
    const title = 30 * devicePixelRatio;
    all.width = Math.max(...canvases.map((one) => one.width));
    all.height = title + canvases.reduce((sum, one) => sum + one.height, 0);
    const context = all.getContext("2d");
    context.fillStyle = color("--back");
    context.fillRect(0, 0, all.width, all.height);
    context.fillStyle = color("--text");
    context.font = `${14 * devicePixelRatio}px system-ui, sans-serif`;
    context.fillText(element("title").textContent, 10 * devicePixelRatio, 20 * devicePixelRatio);
    let y = title;
    for (const canvas of canvases) {
      context.drawImage(canvas, 0, y);
      y += canvas.height;
    }
    return all;
  }

  save() {
    this.picture().toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${this.meta.sample}.timeline.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }
}
