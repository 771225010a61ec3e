#include "farm/shard_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "farm/result_json.hpp"

namespace fatespec::farm {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int shard_version = 1;
/// Attempts whose file was left without its beginning, one after the other, before the next is no longer looked for.
constexpr int most_stillborn = 20;

std::string file_name(std::size_t shard, int attempt) { return fmt::format("{}.{}.jsonl", shard, attempt); }

/// Reads what there is from `offset` on, up to the last end of a line.
std::string whole_lines(int fd, std::uint64_t offset) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset + text.size()));
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const auto end = text.rfind('\n');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

bool has_begun(int fd) { return whole_lines(fd, 0).find("{\"type\":\"begin\"}\n") != std::string::npos; }

json line_of(const char* type, const model::TestId& test) {
  return {{"type", type}, {"test", base::to_utf8(test.test)}, {"configuration", base::to_utf8(test.configuration)}};
}

model::TestId key_of(const json& line) { return {line.value("test", ""), line.value("configuration", "")}; }

}  // namespace

model::TestResult error_of(const model::TestId& test, const std::string& reason, base::UtcTime when) {
  model::TestResult result;
  result.test = test.test;
  result.configuration = test.configuration;
  result.suite = test.test.substr(0, test.test.find('/'));
  result.target = "local";
  result.verdict = model::Verdict::error;
  result.reason = reason;
  result.started = when;
  return result;
}

bool ShardReader::move_on() {
  for (int next = attempt_ + 1; next <= attempt_ + most_stillborn; ++next) {
    base::FileDescriptor file(
        ::open((directory_ / file_name(shard_, next)).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return false;
    if (!has_begun(file.get())) continue;
    attempt_ = next;
    file_ = std::move(file);
    offset_ = 0;
    ended_ = complete_ = false;
    unfinished_.clear();
    last_started_.reset();
    losses_.clear();
    return true;
  }
  return false;
}

// Opening is where NFS compares with the server (close-to-open consistency).
void ShardReader::revalidate() const {
  const base::FileDescriptor folder(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (attempt_ < 0) return;
  const base::FileDescriptor file(::open((directory_ / file_name(shard_, attempt_)).c_str(), O_RDONLY | O_CLOEXEC));
}

base::Result<ShardNews> ShardReader::read() {
  ShardNews news;
  const bool first = attempt_ < 0;
  for (bool moved = move_on(); moved; moved = move_on()) news.again = !first;
  if (!file_) return news;
  const std::string text = whole_lines(file_.get(), offset_);
  offset_ += text.size();
  for (const auto line : base::split_lines(text))
    if (auto taken = take(line, news); !taken) return taken.error();
  return news;
}

base::Result<void> ShardReader::take(std::string_view line, ShardNews& news) {
  const json object = json::parse(line, nullptr, false);
  const auto wrong = [&](const std::string& what) {
    return base::Error{base::ErrorKind::invalid,
                       fmt::format("{}: {}", (directory_ / file_name(shard_, attempt_)).string(), what)};
  };
  if (!object.is_object()) return wrong("a line is no JSON object");
  try {
    const std::string type = object.value("type", "");
    if (type == "attempt") {
      node_ = object.value("node", "");
      if (object.value("version", 0) > shard_version) return wrong("written by a newer fatespec; update this one");
    } else if (type == "lost") {
      losses_[key_of(object)] = object.value("times", 0);
    } else if (type == "start") {
      news.started.push_back(key_of(object));
      unfinished_.insert(key_of(object));
      last_started_ = key_of(object);
    } else if (type == "result") {
      auto result = result_from(object);
      if (!result) return wrong(result.error().message);
      unfinished_.erase({result->test, result->configuration});
      news.results.push_back(std::move(*result));
    } else if (type == "end") {
      ended_ = true;
      complete_ = object.value("complete", false);
    }
  } catch (const json::exception&) {
    return wrong("a member is not what it should be");
  }
  return {};
}

base::Result<ShardWriter> ShardWriter::begin(const fs::path& directory, std::size_t shard, const std::string& node,
                                             const std::vector<model::TestResult>& before,
                                             const std::map<model::TestId, int>& losses) {
  ShardWriter writer;
  writer.directory_ = directory;
  writer.shard_ = shard;
  writer.careful_ = !losses.empty();
  for (;; ++writer.attempt_) {
    writer.path_ = (directory / file_name(shard, writer.attempt_)).string();
    writer.file_ = base::FileDescriptor(
        ::open(writer.path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (writer.file_) break;
    if (errno != EEXIST) return base::io_error(writer.path_, errno);
  }
  // A second attempt is one after a loss, whoever was to blame.
  writer.careful_ = writer.careful_ || writer.attempt_ > 0;
  std::string text = json{{"type", "attempt"},
                          {"version", shard_version},
                          {"shard", shard},
                          {"attempt", writer.attempt_},
                          {"node", base::to_utf8(node)}}
                         .dump() +
                     "\n";
  for (const auto& [test, times] : losses) {
    json line = line_of("lost", test);
    line["times"] = times;
    text += line.dump() + "\n";
  }
  for (const auto& result : before) {
    json line = to_json(result);
    line["type"] = "result";
    text += line.dump() + "\n";
  }
  text += "{\"type\":\"begin\"}\n";
  if (auto written = base::write_all(writer.file_.get(), text, writer.path_); !written) return written.error();
  if (auto kept = writer.synchronise(); !kept) return kept.error();
  return writer;
}

base::Result<void> ShardWriter::write(const std::string& line) {
  return base::write_all(file_.get(), line + "\n", path_);
}

base::Result<void> ShardWriter::synchronise() {
  if (::fdatasync(file_.get()) != 0 && errno != EINVAL && errno != EROFS) return base::io_error(path_, errno);
  return {};
}

base::Result<void> ShardWriter::started(const model::TestId& test) {
  if (auto written = write(line_of("start", test).dump()); !written) return written;
  return careful_ ? synchronise() : base::Result<void>();
}

base::Result<void> ShardWriter::finished(const model::TestResult& result) {
  json line = to_json(result);
  line["type"] = "result";
  return write(line.dump());
}

base::Result<void> ShardWriter::ended(bool complete) {
  if (auto written = write(json{{"type", "end"}, {"complete", complete}}.dump()); !written) return written;
  return synchronise();
}

bool ShardWriter::is_superseded() const {
  struct stat ignored {};
  return ::stat((directory_ / file_name(shard_, attempt_ + 1)).c_str(), &ignored) == 0;
}

}  // namespace fatespec::farm
