// What the files of samples directories are called, and how their JSON is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"

namespace fatespec::sessions {

constexpr const char* activation_file = "activation.json";
constexpr const char* configuration_file = "configuration.json";
constexpr const char* playlist_file_name = "_session_playlist.txt";
constexpr const char* samples_version_file = "_samples_version.txt";
constexpr std::uint64_t largest_session_file = std::uint64_t{16} << 20;

/// A text of a session. Never through a link: reports repeat what is read here, and a stranger's link could name any
/// file of this machine.
inline base::Result<std::string> read_session_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_symlink(path, ignored))
    return base::Error{base::ErrorKind::invalid, path.string() + ": a session's files are no links"};
  return base::read_file(path, largest_session_file);
}

/// In a structure, since the library's values convert to and from anything, also to a Result.
struct JsonObject {
  nlohmann::ordered_json value;
};

/// A file's JSON object; an error names the file.
inline base::Result<JsonObject> read_object(const std::filesystem::path& path) {
  auto text = read_session_file(path);
  if (!text) return text.error();
  auto object = nlohmann::ordered_json::parse(*text, nullptr, false);
  if (!object.is_object()) return base::Error{base::ErrorKind::invalid, path.string() + ": this is no JSON object"};
  return JsonObject{std::move(object)};
}

/// The texts of an array; none if there is no such array. What is no text is passed over.
inline std::vector<std::string> texts_at(const nlohmann::ordered_json& object, const char* key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return texts;
  for (const auto& one : *found)
    if (one.is_string()) texts.push_back(one.get<std::string>());
  return texts;
}

}  // namespace fatespec::sessions
