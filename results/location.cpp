#include "results/location.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace fatespec::results {
namespace {

struct Span {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// Where the passwords of a URI stand: behind the user's name, and as parameters.
std::vector<Span> secrets_in(const std::string& uri) {
  std::vector<Span> all;
  const auto authority = uri.find("://") + 3;
  const auto end = std::min(uri.find_first_of("/?", authority), uri.size());
  // A password may itself hold an `@` that should have been written %40: the last one ends it.
  const auto at = uri.find_last_of('@', end == 0 ? 0 : end - 1);
  const auto colon = uri.find(':', authority);
  if (at != std::string::npos && at >= authority && colon < at) all.push_back({colon + 1, at - colon - 1});
  for (const std::string_view key : {"password=", "sslpassword="}) {
    for (auto place = uri.find(key, end); place != std::string::npos; place = uri.find(key, place + 1)) {
      if (uri[place - 1] != '?' && uri[place - 1] != '&') continue;
      const auto begin = place + key.size();
      all.push_back({begin, std::min(uri.find('&', begin), uri.size()) - begin});
    }
  }
  return all;
}

constexpr std::string_view stars = "***";

}  // namespace

bool is_server(const std::string& location) {
  return location.starts_with("postgresql://") || location.starts_with("postgres://");
}

std::string shown(const std::string& location) {
  if (!is_server(location)) return location;
  auto secrets = secrets_in(location);
  std::string text = location;
  for (std::size_t i = secrets.size(); i-- > 0;) {
    const bool by_name = text[secrets[i].begin - 1] == '=';
    // user:password@host becomes user@host, which works with a password file.
    if (by_name) text.replace(secrets[i].begin, secrets[i].size, stars);
    else text.erase(secrets[i].begin - 1, secrets[i].size + 1);
  }
  return text;
}

std::string without_secrets(std::string text, const std::string& location) {
  if (!is_server(location)) return text;
  for (const auto& secret : secrets_in(location)) {
    const std::string word = location.substr(secret.begin, secret.size);
    if (word.empty()) continue;
    for (auto place = text.find(word); place != std::string::npos; place = text.find(word, place + stars.size()))
      text.replace(place, word.size(), stars);
  }
  return text;
}

}  // namespace fatespec::results
