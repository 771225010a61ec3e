#include "reports/divergence.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "reports/page_files.hpp"

namespace fatespec::reports {
namespace {

using nlohmann::json;
namespace mustache = kainjow::mustache;

/// What another program of ours has written, but may have been edited since: every value is asked for by its type.
double number_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const json& child(const json& object, const char* key) {
  static const json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

json content_of(const StreamDivergence& stream) {
  json content = json::parse(stream.content, nullptr, false);
  return content.is_object() ? content : json::object();
}

std::string count(double value) { return fmt::format("{:.0f}", value); }

std::string place(const json& at) { return count(number_at(at, "x")) + "," + count(number_at(at, "y")); }

std::string component_line(const json& one) {
  const std::string all = count(number_at(one, "width") * number_at(one, "height"));
  if (number_at(one, "differing") == 0) return text_at(one, "component") + ": equal";
  return fmt::format("{}: {} of {} samples differ, first at {} (block {}), by at most {:.10g}, PSNR {:.2f} dB",
                     text_at(one, "component"), count(number_at(one, "differing")), all, place(child(one, "first")),
                     place(child(one, "block")), number_at(one, "largest"), number_at(one, "psnr"));
}

std::vector<std::string> picture_lines(const json& content) {
  std::vector<std::string> lines;
  const json& pictures = child(content, "pictures");
  const json& expected = child(pictures, "expected");
  const json& actual = child(pictures, "actual");
  if (expected.is_null() || actual.is_null()) return lines;
  if (content.value("comparable", json()) == false) {
    const auto size = [](const json& one) {
      return fmt::format("{}x{}", count(number_at(one, "width")), count(number_at(one, "height")));
    };
    lines.push_back(fmt::format("the pictures are {}, expected {}; pixel format {}", size(actual), size(expected),
                                text_at(content, "format")));
  }
  for (const auto& one : child(content, "components")) lines.push_back(component_line(one));
  return lines;
}

std::string decibel(double relative) { return fmt::format("{:.1f} dB", 20 * std::log10(relative)); }

std::vector<std::string> sound_lines(const json& content) {
  std::vector<std::string> lines;
  if (const std::string why = text_at(content, "not_comparable"); !why.empty()) lines.push_back("the sound is " + why);
  const double expected = number_at(content, "expected_samples");
  const double actual = number_at(content, "actual_samples");
  if (expected != actual)
    lines.push_back(fmt::format("{} samples a channel, expected {}", count(actual), count(expected)));
  const json& first = child(content, "first");
  if (first.is_null()) {
    if (lines.empty()) lines.emplace_back("the samples are equal; only the packets are cut otherwise");
    return lines;
  }
  const double rate = std::max(1.0, number_at(content, "rate"));
  const double channels = std::max(1.0, number_at(content, "channels"));
  const double values = std::min(expected, actual) * channels;
  lines.insert(lines.begin(), fmt::format("sample {} ({:.3f} s) of channel {} differs first: {:.10g}, expected {:.10g}",
                                          count(number_at(first, "sample")), number_at(first, "sample") / rate,
                                          count(number_at(first, "channel")), number_at(first, "actual"),
                                          number_at(first, "expected")));
  std::string channel_text;
  std::size_t channel = 0;
  for (const auto& differing : child(content, "differing_of_channel")) {
    if (differing.is_number() && differing.get<double>() > 0)
      channel_text += fmt::format("{} {}", channel_text.empty() ? "" : ",", channel);
    ++channel;
  }
  lines.insert(lines.begin() + 1, fmt::format("{} of {} values differ, in channel{}; the largest difference is {}",
                                              count(number_at(content, "differing")), count(values), channel_text,
                                              decibel(number_at(content, "largest"))));
  return lines;
}

/// A polyline through values between `low` and `high`, in a box of 1000 x 200; unknown ones leave a gap.
std::string curve(const json& values, double low, double high, const char* name) {
  std::string path;
  bool pen_down = false;
  const double step = values.size() > 1 ? 1000.0 / static_cast<double>(values.size() - 1) : 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_number()) {
      pen_down = false;
      continue;
    }
    const double share = (std::clamp(values[i].get<double>(), low, high) - low) / (high - low);
    path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", static_cast<double>(i) * step, 200 - 200 * share);
    pen_down = true;
  }
  return fmt::format("<path class=\"{}\" d=\"{}\"/>", name, path);
}

/// A bar for each value, so that one alone can be seen.
std::string bars(const json& values, double low, double high, const char* name) {
  std::string path;
  const double step = values.empty() ? 0 : 1000.0 / static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_number()) continue;
    const double share = (std::clamp(values[i].get<double>(), low, high) - low) / (high - low);
    path += fmt::format("M{:.1f} 200V{:.1f}H{:.1f}V200Z", static_cast<double>(i) * step, 200 - 200 * share,
                        static_cast<double>(i + 1) * step);
  }
  return fmt::format("<path class=\"{}\" d=\"{}\"/>", name, path);
}

std::string chart(const std::string& label, const std::string& curves) {
  return fmt::format(
      "<figure><svg viewBox=\"0 0 1000 200\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{0}\">{1}</svg>"
      "<figcaption>{0}</figcaption></figure>\n",
      label, curves);
}

std::string charts_of(const json& content) {
  const json& first = child(content, "first");
  if (first.is_null()) return "";
  const json& wave = child(content, "wave");
  const json& expected = child(wave, "expected");
  double largest = 1e-6;
  for (const auto* values : {&expected, &child(wave, "actual")})
    for (const auto& value : *values)
      if (value.is_number()) largest = std::max(largest, std::abs(value.get<double>()));
  const double lead = number_at(first, "sample") - number_at(wave, "from");
  const double at = expected.size() > 1 ? 1000 * lead / static_cast<double>(expected.size() - 1) : 0;
  std::string text =
      "<p class=\"key\"><span class=\"expected\">expected</span> <span class=\"actual\">actual</span></p>";
  text += chart(fmt::format("channel {} around sample {} (dashed), full height {:.3g} of full scale",
                            count(number_at(first, "channel")), count(number_at(first, "sample")), largest),
                fmt::format("<path class=\"mark\" d=\"M{0:.1f} 0L{0:.1f} 200\"/>", at) +
                    curve(expected, -largest, largest, "expected") +
                    curve(child(wave, "actual"), -largest, largest, "actual"));
  constexpr double quietest = -120;
  const json& levels = child(content, "levels");
  text += chart(fmt::format("level of the difference over time, -120 to 0 dB, {:.3f} s",
                            number_at(content, "level_seconds") * static_cast<double>(levels.size())),
                bars(levels, quietest, 0, "level"));
  return text;
}

mustache::data pictures_of(const json& content, const StreamDivergence& stream) {
  mustache::data list(mustache::data::type::list);
  for (const char* label : {"expected", "actual", "difference"}) {
    const json& one = child(child(content, "pictures"), label);
    if (one.is_null()) continue;
    mustache::data picture;
    const auto& frame = std::string_view(label) == "expected" ? stream.expected_frame : stream.actual_frame;
    picture.set("label", std::string_view(label) == "difference" ? std::string("difference, amplified")
                         : frame                                 ? fmt::format("{}: frame {}", label, *frame)
                                                                 : std::string(label));
    picture.set("title", base::to_utf8(stream.finding));
    picture.set("file", stream.folder + "/" + text_at(one, "file"));
    picture.set("width", count(number_at(one, "width")));
    picture.set("height", count(number_at(one, "height")));
    list.push_back(picture);
  }
  return list;
}

mustache::data components_of(const json& content) {
  mustache::data list(mustache::data::type::list);
  const json& components = child(content, "components");
  for (std::size_t i = 0; i < components.size(); ++i) {
    const json& one = components[i];
    const bool equal = number_at(one, "differing") == 0;
    mustache::data row;
    row.set("first", i == 0);
    row.set("last", i + 1 == components.size());
    row.set("name", text_at(one, "component"));
    row.set("differing", fmt::format("{} of {}", count(number_at(one, "differing")),
                                     count(number_at(one, "width") * number_at(one, "height"))));
    row.set("place", equal ? "" : place(child(one, "first")));
    row.set("block", equal ? "" : place(child(one, "block")));
    row.set("largest", equal ? "" : fmt::format("{:.10g}", number_at(one, "largest")));
    row.set("psnr", equal ? "equal" : fmt::format("{:.2f} dB", number_at(one, "psnr")));
    list.push_back(row);
  }
  return list;
}

mustache::data section_of(const StreamDivergence& stream) {
  const json content = content_of(stream);
  const auto lines = divergence_lines(stream);
  mustache::data section;
  mustache::data further(mustache::data::type::list);
  for (std::size_t i = 1; i < lines.size(); ++i) further.push_back(lines[i]);
  section.set("number", std::to_string(stream.stream));
  section.set("title", lines.front());
  section.set("lines", further);
  section.set("has_pictures", !child(content, "pictures").is_null());
  section.set("pictures", pictures_of(content, stream));
  section.set("components", components_of(content));
  section.set("charts", charts_of(content));
  return section;
}

}  // namespace

bool are_equal_sounds(const std::string& content) {
  const json sounds = json::parse(content, nullptr, false);
  return sounds.is_object() && text_at(sounds, "not_comparable").empty() && child(sounds, "first").is_null() &&
         number_at(sounds, "expected_samples") == number_at(sounds, "actual_samples");
}

std::vector<std::string> divergence_lines(const StreamDivergence& stream) {
  const json content = content_of(stream);
  const bool sound = text_at(content, "kind") == "audio";
  // Of sound, samples say it better than the packets that they came in.
  auto lines = sound ? sound_lines(content) : picture_lines(content);
  if (!sound) lines.insert(lines.begin(), base::to_utf8(stream.finding));
  else lines.front().insert(0, fmt::format("stream {}: ", stream.stream));
  return lines;
}

std::optional<double> lowest_psnr(const DivergencePage& page) {
  std::optional<double> lowest;
  for (const auto& stream : page.streams) {
    const json content = content_of(stream);
    for (const auto& one : child(content, "components"))
      if (number_at(one, "differing") > 0) lowest = std::min(lowest.value_or(1e9), number_at(one, "psnr"));
  }
  return lowest;
}

std::string divergence_html(const DivergencePage& page) {
  mustache::data data;
  mustache::data sections(mustache::data::type::list);
  for (const auto& stream : page.streams) sections.push_back(section_of(stream));
  data.set("test", base::to_utf8(page.test));
  data.set("configuration", base::to_utf8(page.configuration));
  data.set("expected", base::to_utf8(page.expected));
  data.set("actual", base::to_utf8(page.actual));
  data.set("style", std::string(page_file("divergence.css")));
  data.set("status",
           page.status.empty() ? mustache::data(mustache::data::type::bool_false) : mustache::data(page.status));
  data.set("streams", sections);
  return mustache::mustache(std::string(page_file("divergence.html"))).render(data);
}

}  // namespace fatespec::reports
