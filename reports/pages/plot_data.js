"use strict";

// The columns of a page (reports/plot_data.hpp) as curves, bands and ranges. Nothing here draws.

const BAD = new Set(["frame_dropped", "no_frame", "image_missing", "underrun", "decode_error", "demux_error",
  "no_progress", "crash", "driver_reset", "format_changed", "fault_injected"]);

async function unpack(text) {
  const packed = typeof Uint8Array.fromBase64 === "function"
    ? Uint8Array.fromBase64(text)
    : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// The columns of every recording, as views of the one buffer.
function readColumns(meta, buffer) {
  let at = 0;
  const doubles = (count) => {
    const view = new Float64Array(buffer, at, count);
    at += 8 * count;
    return view;
  };
  for (const recording of meta.recordings) {
    for (const kind of recording.kinds) {
      kind.walls = sorted(doubles(kind.count));
      kind.threads = new Uint8Array(buffer, at, kind.count);
      at += Math.ceil(kind.count / 8) * 8;
      for (const field of kind.fields) field.values = doubles(kind.count);
      kind.bad = badWalls(kind);
    }
  }
}

// Threads write at once: two neighbours may stand the other way round. A search needs them in order.
function sorted(walls) {
  for (let i = 1; i < walls.length; ++i) if (walls[i] < walls[i - 1]) walls[i] = walls[i - 1];
  return walls;
}

// The events of a kind that are something wrong: the end of the video is none.
function badWalls(kind) {
  if (!BAD.has(kind.name)) return kind.walls.subarray(0, 0);
  const ended = fieldOf(kind, "ended");
  return ended ? kind.walls.filter((_, index) => ended[index] !== 1) : kind.walls;
}

const kindOf = (recording, name) => recording.kinds.find((kind) => kind.name === name);
const fieldOf = (kind, name) => kind?.fields.find((field) => field.name === name)?.values;

// The first index whose value is not less.
function lowerBound(values, value) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// A column that uPlot draws with gaps: null where nothing is known; undefined if nothing ever is.
function drawable(values) {
  if (!values) return undefined;
  let known = 0;
  for (let i = 0; i < values.length; ++i) if (values[i] === values[i]) ++known;
  if (known === 0) return undefined;
  return known === values.length ? values : Array.from(values, (value) => (value === value ? value : null));
}

// What a column of another kind was at each of these times: its latest value before `until` of the next.
function latest(walls, other, values) {
  const out = new Float64Array(walls.length).fill(NaN);
  if (!other || !values) return out;
  let at = 0;
  for (let i = 0; i < walls.length; ++i) {
    const until = i + 1 < walls.length ? walls[i + 1] : Infinity;
    while (at < other.length && other[at] < until) {
      out[i] = values[at];
      ++at;
    }
  }
  return out;
}

function frameNumbers(walls, recording) {
  const counted = ["rescheduled", "frame_dropped"].map((name) => kindOf(recording, name)?.walls ?? []);
  const at = [0, 0];
  const out = new Float64Array(walls.length);
  for (let i = 0; i < walls.length; ++i) {
    counted.forEach((others, k) => {
      while (at[k] < others.length && others[at[k]] < walls[i]) ++at[k];
    });
    out[i] = at[0] + at[1];
  }
  return out;
}

function milliseconds(values) {
  return values.map((value) => value * 1000);
}

// How far the video is from the sound, where the recording does not say it itself. Without sound its clock stays at 0.
function distance(video, audio) {
  if (!audio || audio.every((value) => !(value > 0))) return undefined;
  return milliseconds(video.map((value, index) => value - audio[index]));
}

// The curves of one recording, all over the same times.
function curvesOf(recording, walls) {
  const updates = kindOf(recording, "update");
  const shown = kindOf(recording, "frame_shown");
  const current = kindOf(recording, "frame_current");
  const planned = kindOf(recording, "rescheduled");
  const heard = kindOf(recording, "audio_callback");
  const overUpdates = walls === updates?.walls;
  const audio = overUpdates ? fieldOf(updates, "audio_time") : fieldOf(heard, "audio_time");
  const video = latest(walls, (shown ?? current)?.walls, fieldOf(shown ?? current, "video_time"));
  return {
    clock: overUpdates ? fieldOf(updates, "current_time") : undefined,
    audio,
    video,
    frame: frameNumbers(walls, recording),
    planned: milliseconds(latest(walls, planned?.walls, fieldOf(planned, "rescheduling_time"))),
    drift: shown
      ? milliseconds(latest(walls, shown.walls, fieldOf(shown, "drift")))
      : distance(video, audio),
  };
}

const CURVES = [
  { key: "clock", label: "playback clock", panel: 0, scale: "s", color: 0 },
  { key: "audio", label: "audio clock", panel: 0, scale: "s", color: 1 },
  { key: "video", label: "video time", panel: 0, scale: "s", color: 2 },
  { key: "frame", label: "frame number", panel: 0, scale: "frame", color: 3 },
  { key: "planned", label: "rescheduling time", panel: 1, scale: "ms", color: 4 },
  { key: "drift", label: "A/V drift", panel: 1, scale: "ms", color: 5 },
];

// Tables for uPlot, one a panel, of all recordings; and what their columns are.
function tablesOf(meta) {
  const panels = [[], []];
  const columns = [[], []];
  meta.recordings.forEach((recording, index) => {
    const updates = kindOf(recording, "update");
    const heard = kindOf(recording, "audio_callback");
    const walls = updates?.walls ?? heard?.walls ?? new Float64Array(0);
    const curves = curvesOf(recording, walls);
    for (const panel of [0, 1]) {
      const table = [walls];
      for (const curve of CURVES.filter((one) => one.panel === panel)) {
        const values = drawable(curves[curve.key]);
        if (!values || walls.length === 0) continue;
        table.push(values);
        columns[panel].push({ ...curve, recording: index });
      }
      if (table.length > 1) panels[panel].push(table);
    }
  });
  return panels.map((tables, panel) => ({
    data: tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables),
    columns: columns[panel],
  }));
}

function wholeRange(meta) {
  let from = Infinity;
  let to = -Infinity;
  for (const recording of meta.recordings)
    for (const kind of recording.kinds) {
      if (kind.count === 0) continue;
      from = Math.min(from, kind.walls[0]);
      to = Math.max(to, kind.walls[kind.count - 1]);
    }
  if (!(from < to)) return [Number.isFinite(from) ? from - 1 : 0, Number.isFinite(from) ? from + 1 : 1];
  const margin = (to - from) * 0.01;
  return [from - margin, to + margin];
}

// Seeks and pauses: [from, to, colour].
function bandsOf(meta) {
  const bands = [];
  const pair = (recording, begin, end, style) => {
    const begins = kindOf(recording, begin)?.walls ?? [];
    const ends = kindOf(recording, end)?.walls ?? kindOf(recording, "update")?.walls ?? [];
    for (const from of begins) {
      const next = lowerBound(ends, from);
      bands.push([from, next < ends.length ? ends[next] : from, style]);
    }
  };
  for (const recording of meta.recordings) {
    pair(recording, "seek_requested", "seek_done", "--band");
    pair(recording, "paused", "resumed", "--pause");
  }
  return bands;
}
