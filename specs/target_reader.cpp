#include "specs/target_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "specs/map_reader.hpp"

namespace fatespec::specs {
namespace {

namespace fs = std::filesystem;

class TargetReader {
 public:
  TargetReader(const std::string& directory, model::Target& target, Problems& problems)
      : directory_(directory), target_(target), problems_(problems) {}

  void read(YamlNode node) {
    MapReader::read(node, "a target",
                    {{"host", text(target_.host)},
                     {"pool", [this](YamlNode v) { target_.pool = read_texts(v, problems_); }},
                     {"jobs", number(target_.jobs, 4096)},
                     {"env", [this](YamlNode v) { target_.env = read_variables(v, problems_); }},
                     {"timeout_factor", [this](YamlNode v) { read_factor(v); }},
                     {"port", number(target_.port, 65535)},
                     {"user", text(target_.user)},
                     {"identity_file", path_here(target_.identity_file)},
                     {"known_hosts_file", path_here(target_.known_hosts_file)},
                     {"directory", path_there(target_.directory)},
                     {"exec", text(target_.exec)},
                     {"read_file", text(target_.read_file)},
                     {"remote_digest", boolean(target_.remote_digest)},
                     {"shared", boolean(target_.shared)},
                     {"deploy", [this](YamlNode v) { read_deployments(v); }},
                     {"keepalive", duration(target_.keepalive)},
                     {"reconnect", duration(target_.reconnect)},
                     {"lock_wait", duration(target_.lock_wait)},
                     {"constraint", text(target_.cluster.constraint)},
                     {"gres", text(target_.cluster.resources)}},
                    problems_);
    if (!target_.host.empty() && !target_.pool.empty())
      add_problem(problems_, node, "a target has a `host` or is a `pool`, not both");
  }

 private:
  using Handler = MapReader::Handler;

  Handler text(std::string& field) {
    return [this, &field](YamlNode v) { field = read_text(v, problems_).value_or(""); };
  }
  Handler boolean(bool& field) {
    return [this, &field](YamlNode v) { field = read_boolean(v, problems_).value_or(field); };
  }
  Handler number(int& field, std::int64_t most) {
    return [this, &field, most](YamlNode v) {
      const auto n = read_integer(v, 1, problems_);
      if (n && *n > most) add_problem(problems_, v, fmt::format("{} is the most", most));
      else if (n) field = static_cast<int>(*n);
    };
  }
  Handler duration(base::Duration& field) {
    return [this, &field](YamlNode v) {
      const auto read = read_duration(v, problems_);
      if (!read) return;
      if (*read) field = **read;
      else add_problem(problems_, v, "every wait has a limit: a duration is needed here");
    };
  }

  /// `~/` is the home directory, anything else relative begins at the configuration's directory.
  std::string here(const std::string& path) const {
    const std::string known = base::at_home(path);
    return known.starts_with('/') ? known : (fs::path(directory_) / known).lexically_normal().string();
  }
  Handler path_here(std::string& field) {
    return [this, &field](YamlNode v) {
      if (const auto path = read_text(v, problems_); path && !path->empty()) field = here(*path);
    };
  }
  Handler path_there(std::string& field) {
    return [this, &field](YamlNode v) {
      field = read_text(v, problems_).value_or(field);
      if (!field.starts_with('/')) add_problem(problems_, v, "a path on the board is absolute: it begins with `/`");
      while (field.size() > 1 && field.ends_with('/')) field.pop_back();
    };
  }

  void read_factor(YamlNode node) {
    const auto value = node.is_scalar() ? base::parse_number(node.value()) : std::nullopt;
    if (value && *value > 0 && *value <= 1e6) target_.timeout_factor = *value;
    else add_problem(problems_, node, "a positive number is needed here");
  }

  void read_deployments(YamlNode node) {
    if (!node.is_sequence()) {
      add_problem(problems_, node, "`deploy` is a list of `{from: PATH, to: PATH}`");
      return;
    }
    for (const auto& item : node.elements()) {
      model::Deployment deployment;
      deployment.origin = item.origin();
      MapReader::read(item, "an item of `deploy`",
                      {{"from", path_here(deployment.from)},
                       {"to", path_there(deployment.to)},
                       {"mode", [&](YamlNode v) { read_mode(v, deployment.mode); }}},
                      problems_);
      if (deployment.from.empty() || deployment.to.empty())
        add_problem(problems_, item, "an item of `deploy` needs `from` and `to`");
      target_.deploy.push_back(std::move(deployment));
    }
  }

  void read_mode(YamlNode node, std::optional<int>& mode) {
    const auto bits = node.is_scalar() ? base::parse_mode(node.value()) : std::nullopt;
    if (bits) mode = *bits;
    else add_problem(problems_, node, "permission bits in octal, such as 755, are needed here");
  }

  const std::string& directory_;
  model::Target& target_;
  Problems& problems_;
};

}  // namespace

void read_target(YamlNode node, const std::string& directory, model::Target& target, Problems& problems) {
  TargetReader(directory, target, problems).read(node);
}

}  // namespace fatespec::specs
