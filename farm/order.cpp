#include "farm/order.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::farm {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int order_version = 1;
constexpr std::uint64_t largest_file = std::uint64_t{256} << 20U;

std::vector<std::string> utf8(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const auto& text : texts) all.push_back(base::to_utf8(text));
  return all;
}

json to_json(const RunOrder& order) {
  return {{"version", order_version},
          {"run", order.run},
          {"directory", base::to_utf8(order.directory)},
          {"specs", utf8(order.specs)},
          {"config", base::to_utf8(order.config)},
          {"configurations", utf8(order.configurations)},
          {"set", utf8(order.set)},
          {"environment", order.environment},
          {"timeout", order.timeout},
          {"retries", order.retries},
          {"stress", order.stress},
          {"keep", order.keep},
          {"recordings", base::to_utf8(order.recordings)},
          {"results", base::to_utf8(order.results)},
          {"session", base::to_utf8(order.session)},
          {"shards", order.shards}};
}

json to_json(const ShardOrder& shard) {
  json object = {{"target", base::to_utf8(shard.needs.target)},
                 {"slots", shard.needs.slots},
                 {"memory", shard.needs.memory},
                 {"exclusive", shard.needs.exclusive},
                 {"constraints", shard.needs.constraints},
                 {"resources", shard.needs.resources},
                 {"tests", json::array()}};
  for (const auto& [test, configuration] : shard.tests)
    object["tests"].push_back({base::to_utf8(test), base::to_utf8(configuration)});
  return object;
}

/// In a struct of its own, as a json value can be made of anything, also of an error.
struct Document {
  json object;
};

base::Result<Document> read(const fs::path& file) {
  const auto text = base::read_file(file, largest_file);
  if (!text) return text.error();
  json object = json::parse(*text, nullptr, false);
  if (!object.is_object())
    return base::Error{base::ErrorKind::invalid, file.string() + ": this is no JSON object; is the file damaged?"};
  return Document{std::move(object)};
}

base::Error damaged(const fs::path& file, const json::exception& error) {
  return {base::ErrorKind::invalid, fmt::format("{}: {}", file.string(), error.what())};
}

fs::path shard_file(const fs::path& directory, std::size_t shard) {
  return directory / "shards" / fmt::format("{}.json", shard);
}

}  // namespace

fs::path results_directory(const fs::path& run_directory) { return run_directory / "results"; }
fs::path cancel_mark(const fs::path& run_directory) { return run_directory / "cancelled"; }
fs::path follower_lock(const fs::path& run_directory) { return run_directory / "follower.lock"; }

base::Result<void> write_order(const fs::path& directory, const RunOrder& order,
                               const std::vector<ShardOrder>& shards) {
  const fs::path begun = directory.string() + ".new";
  for (const char* part : {"shards", "results", "logs", "slurm"})
    if (auto made = base::make_directories(begun / part); !made) return made;
  for (std::size_t i = 0; i < shards.size(); ++i)
    if (auto written = base::write_file_atomically(shard_file(begun, i), to_json(shards[i]).dump()); !written)
      return written;
  if (auto written = base::write_file_atomically(begun / "run.json", to_json(order).dump(2) + "\n"); !written)
    return written;
  std::error_code code;
  fs::rename(begun, directory, code);
  return code ? base::Result<void>(base::io_error(directory.string(), code.value())) : base::Result<void>();
}

base::Result<RunOrder> read_order(const fs::path& directory) {
  const fs::path file = directory / "run.json";
  const auto document = read(file);
  if (!document) return document.error();
  const json& object = document->object;
  try {
    if (object.at("version").get<int>() > order_version)
      return base::Error{base::ErrorKind::invalid, file.string() + ": written by a newer fatespec; update this one"};
    RunOrder order;
    object.at("run").get_to(order.run);
    object.at("directory").get_to(order.directory);
    object.at("specs").get_to(order.specs);
    object.at("config").get_to(order.config);
    object.at("configurations").get_to(order.configurations);
    object.at("set").get_to(order.set);
    object.at("environment").get_to(order.environment);
    object.at("timeout").get_to(order.timeout);
    object.at("retries").get_to(order.retries);
    object.at("stress").get_to(order.stress);
    object.at("keep").get_to(order.keep);
    object.at("recordings").get_to(order.recordings);
    object.at("results").get_to(order.results);
    object.at("session").get_to(order.session);
    object.at("shards").get_to(order.shards);
    return order;
  } catch (const json::exception& error) {
    return damaged(file, error);
  }
}

base::Result<ShardOrder> read_shard(const fs::path& directory, std::size_t shard) {
  const fs::path file = shard_file(directory, shard);
  const auto document = read(file);
  if (!document) return document.error();
  const json& object = document->object;
  try {
    ShardOrder order;
    object.at("target").get_to(order.needs.target);
    object.at("slots").get_to(order.needs.slots);
    object.at("memory").get_to(order.needs.memory);
    object.at("exclusive").get_to(order.needs.exclusive);
    object.at("constraints").get_to(order.needs.constraints);
    object.at("resources").get_to(order.needs.resources);
    for (const auto& test : object.at("tests"))
      order.tests.emplace_back(test.at(0).get<std::string>(), test.at(1).get<std::string>());
    return order;
  } catch (const json::exception& error) {
    return damaged(file, error);
  }
}

}  // namespace fatespec::farm
