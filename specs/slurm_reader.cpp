#include "specs/slurm_reader.hpp"

#include <filesystem>

#include "specs/map_reader.hpp"

namespace fatespec::specs {
namespace {

namespace fs = std::filesystem;

class SlurmReader {
 public:
  SlurmReader(const std::string& directory, model::Slurm& slurm, Problems& problems)
      : directory_(directory), slurm_(slurm), problems_(problems) {}

  void read(YamlNode node) {
    MapReader::read(node, "`slurm`",
                    {{"directory", path(slurm_.directory)},
                     {"partition", text(slurm_.partition)},
                     {"program", path(slurm_.program)},
                     {"options", [this](YamlNode v) { slurm_.options = read_texts(v, problems_); }},
                     {"shard", [this](YamlNode v) { read_length(v); }},
                     {"tags", [this](YamlNode v) { read_tags(v); }}},
                    problems_);
  }

 private:
  using Handler = MapReader::Handler;

  Handler text(std::string& field) {
    return [this, &field](YamlNode v) { field = read_text(v, problems_).value_or(""); };
  }
  Handler path(std::string& field) {
    return [this, &field](YamlNode v) {
      if (const auto written = read_text(v, problems_); written && !written->empty())
        field = (fs::path(directory_) / *written).lexically_normal().string();
    };
  }

  void read_length(YamlNode node) {
    const auto length = read_duration(node, problems_);
    if (!length) return;
    if (*length && (*length)->count() > 0) slurm_.shard = **length;
    else add_problem(problems_, node, "how long a shard is to take: a duration such as 1m is needed here");
  }

  void read_tags(YamlNode node) {
    if (!node.is_map()) {
      add_problem(problems_, node, "`tags` is a map of tags and what their tests need: `{constraint: …, gres: …}`");
      return;
    }
    for (const auto& [key, value] : map_entries(node, problems_)) {
      model::ClusterNeeds needs;
      MapReader::read(value, "a tag of `slurm`",
                      {{"constraint", text(needs.constraint)}, {"gres", text(needs.resources)}}, problems_);
      slurm_.tags[key.value()] = needs;
    }
  }

  const std::string& directory_;
  model::Slurm& slurm_;
  Problems& problems_;
};

}  // namespace

void read_slurm(YamlNode node, const std::string& directory, model::Slurm& slurm, Problems& problems) {
  SlurmReader(directory, slurm, problems).read(node);
}

}  // namespace fatespec::specs
