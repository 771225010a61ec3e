#include "reports/plot_page.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "reports/page_files.hpp"
#include "reports/plot_data.hpp"
#include "sessions/defects.hpp"

namespace fatespec::reports {
namespace {

using nlohmann::json;

constexpr std::string_view library = "uPlot.iife.min.js";

/// Inside a script element nothing may end it.
std::string for_script(const json& value) {
  std::string text;
  for (const char c : value.dump(-1, ' ', false, json::error_handler_t::replace)) {
    if (c == '<') text += "\\u003c";
    else text += c;
  }
  return text;
}

json defects_of(const sessions::Recording& recording) {
  json found = json::array();
  for (const auto& info : sessions::all_defects())
    if (const auto count = recording.defects()[info.defect]; count > 0)
      found.push_back({{"description", info.description}, {"count", count}});
  return found;
}

std::string stream_text(const sessions::StreamHeader& stream) {
  std::string text = stream.codec;
  if (stream.type == "video") text += " " + std::to_string(stream.width) + "x" + std::to_string(stream.height);
  if (stream.type == "audio") text += " " + std::to_string(stream.sample_rate) + " Hz";
  return base::to_utf8(text);
}

json facts_of(const sessions::Recording& recording) {
  const auto& header = recording.header();
  json facts = json::array();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) facts.push_back({name, base::to_utf8(value)});
  };
  for (const auto& stream : header.sample.streams)
    if (stream.played) add(stream.type.c_str(), stream_text(stream));
  add("player", header.player);
  add("FFmpeg", header.ffmpeg.substr(0, header.ffmpeg.find(' ')));
  add("clock", header.clock);
  add("started", header.started);
  add("host", header.host);
  add("problem", recording.problem());
  return facts;
}

/// Replaces each `{{NAME}}` of the page by what its name stands for.
class Page {
 public:
  Page(std::string_view text, const sessions::TextSink& sink) : text_(text), sink_(sink) {}

  /// Writes the page up to the place of this name, which is not written.
  void up_to(std::string_view name) {
    const std::string mark = "{{" + std::string(name) + "}}";
    const std::size_t at = text_.find(mark);
    sink_(text_.substr(0, at));
    text_.remove_prefix(std::min(text_.size(), at == std::string_view::npos ? text_.size() : at + mark.size()));
  }
  void rest() { sink_(text_); }

 private:
  std::string_view text_;
  const sessions::TextSink& sink_;
};

json parting_json(const sessions::Alignment& alignment) {
  json parts = json::array();
  if (alignment.parting)
    parts = {{"text", alignment.parting->text}, {"walls", {alignment.parting->wall_a, alignment.parting->wall_b}}};
  return {{"summary", alignment.summary}, {"parting", alignment.parting ? std::move(parts) : json(nullptr)}};
}

std::string html_text(std::string_view text) {
  std::string escaped;
  for (const char c : base::to_utf8(text)) {
    if (c == '&') escaped += "&amp;";
    else if (c == '<') escaped += "&lt;";
    else escaped += c;
  }
  return escaped;
}

}  // namespace

bool can_plot() { return !page_file(library).empty(); }

void write_plot_page(const std::string& sample, const std::vector<PlottedRecording>& recordings,
                     const sessions::Alignment* alignment, const sessions::TextSink& sink) {
  json meta = {{"version", 1}, {"sample", base::to_utf8(sample)}, {"recordings", json::array()}};
  if (alignment != nullptr) meta["alignment"] = parting_json(*alignment);
  Page page(page_file("plot.html"), sink);
  page.up_to("TITLE");
  sink(html_text(sample));
  page.up_to("STYLE");
  sink(page_file("uPlot.min.css"));
  sink(page_file("plot.css"));
  page.up_to("DATA");
  Packer packer;
  for (const auto& plotted : recordings) {
    json one = add_plot_data(packer, *plotted.recording);
    sink(packer.take());
    one["label"] = base::to_utf8(plotted.label);
    one["crashed"] = plotted.recording->crashed();
    one["defects"] = defects_of(*plotted.recording);
    one["facts"] = facts_of(*plotted.recording);
    meta["recordings"].push_back(std::move(one));
  }
  packer.finish();
  sink(packer.take());
  page.up_to("META");
  sink(for_script(meta));
  page.up_to("SCRIPT");
  sink(page_file(library));
  for (const char* script : {"plot_data.js", "plot_view.js", "plot.js"}) {
    sink("\n");
    sink(page_file(script));
  }
  page.rest();
}

}  // namespace fatespec::reports
