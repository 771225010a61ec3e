#include "results/location.hpp"

#include <memory>
#include <string_view>

#include "base/text.hpp"
#include "results/libpq.hpp"

namespace fatespec::results {
namespace {

constexpr std::string_view stars = "***";

bool is_secret(std::string_view parameter) { return parameter == "password" || parameter == "sslpassword"; }

/// As a part of a URI: RFC 3986's unreserved characters, and those that paths and addresses are full of.
std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~/:[]";
  std::string uri;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos) uri += c;
    else (uri += '%').append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return uri;
}

void replace_all(std::string& text, const std::string& word) {
  if (word.empty()) return;
  for (auto place = text.find(word); place != std::string::npos; place = text.find(word, place + stars.size()))
    text.replace(place, word.size(), stars);
}

}  // namespace

base::Result<void> check_location(const std::string& location) {
  const auto slashes = location.find("://");
  const bool is_uri = slashes != std::string::npos && location.find('/') == slashes + 1;
  if (is_uri && !is_server(location))
    return base::usage_error("results " + base::printable(location.substr(0, slashes)) +
                             "://…: results are kept in a file or at a server, postgresql://…");
  if (location.starts_with(":memory:"))
    return base::usage_error("results " + location + ": no file; `none` keeps no results");
  return {};
}

bool is_server(const std::string& location) {
  return location.starts_with("postgresql://") || location.starts_with("postgres://");
}

std::optional<std::map<std::string, std::string>> parameters_of(const std::string& uri) {
  const auto& library = libpq();
  if (!library) return std::nullopt;
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      library->conninfo_parse(uri.c_str(), &message), library->conninfo_free);
  library->freemem(message);
  if (!options) return std::nullopt;
  std::map<std::string, std::string> parameters;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) parameters[option->keyword] = option->val;
  // A password with a slash in it ends the host for libpq, and what follows becomes a port and a name.
  if (parameters["port"].find_first_not_of("0123456789,") != std::string::npos) return std::nullopt;
  if (parameters["dbname"].find_first_of("@/") != std::string::npos) return std::nullopt;
  std::erase_if(parameters, [](const auto& parameter) { return parameter.second.empty(); });
  return parameters;
}

std::string shown(const std::string& location) {
  if (!is_server(location)) return location;
  auto parameters = parameters_of(location);
  if (!parameters) return "postgresql://" + std::string(stars);
  const auto take = [&](const char* name) {
    const auto node = parameters->extract(name);
    return node ? encoded(node.mapped()) : std::string();
  };
  const std::string user = take("user");
  const std::string host = take("host");
  const std::string port = take("port");
  std::string uri = "postgresql://" + user + (user.empty() ? "" : "@");
  // A path of a socket, or several hosts, are parameters.
  const bool plain_host = host.find_first_of("/%") == std::string::npos && port.find('%') == std::string::npos;
  const bool address = host.find(':') != std::string::npos;
  if (plain_host) uri += (address ? "[" + host + "]" : host) + (port.empty() ? "" : ":" + port);
  uri += "/" + take("dbname");
  char separator = '?';
  const auto add = [&](const std::string& name, const std::string& value) {
    uri += separator + name + "=" + value;
    separator = '&';
  };
  if (!plain_host && !host.empty()) add("host", host);
  if (!plain_host && !port.empty()) add("port", port);
  for (const auto& [name, value] : *parameters)
    if (!is_secret(name)) add(name, encoded(value));
  return uri;
}

std::string without_secrets(std::string text, const std::string& location) {
  if (!is_server(location)) return text;
  const auto parameters = parameters_of(location);
  if (!parameters)
    return "it is no URI of libpq: in names and passwords, % : / ? # [ ] @ are written %25 %3A %2F %3F %23 %5B %5D %40";
  for (const auto& [name, value] : *parameters)
    if (is_secret(name)) replace_all(text, value);
  return text;
}

}  // namespace fatespec::results
