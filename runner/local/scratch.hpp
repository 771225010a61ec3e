// The directories that tests work in.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "runner/workspace.hpp"

namespace fatespec::runner {

class Guardian;

/// A directory of this run in $TMPDIR or /tmp; each attempt at a test gets an empty one of its own inside it.
class Scratch final : public Workspace {
 public:
  struct Pristine {
    mode_t mode = 0;
    uid_t owner = 0;
    gid_t group = 0;
    bool operator==(const Pristine&) const = default;
  };
  /// When the file system says that an empty directory was changed last.
  struct Change {
    base::Duration time{0};  ///< its ctime
    base::SteadyTime seen;
    bool would_show = false;  ///< a later change would have another time
  };

  /// Where the directory of a run will be: so that whoever cleans up can be told before it is made.
  static std::string path_of(const std::string& run_id);
  /// Those of this user that a run has kept, in whichever of its processes; a run that was resumed has several.
  static std::vector<std::string> kept_by(const std::string& run_id);
  /// `guardian`, which is optional, is told of the directory, and of what becomes of those in it.
  static base::Result<Scratch> create(const std::string& directory, Guardian* guardian = nullptr);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Scratch(Scratch&& other) noexcept;
  Scratch& operator=(Scratch&&) = delete;
  /// Removes the run's directory if nothing was kept in it.
  ~Scratch() override;

  /// The run's own, in which the others are.
  const std::string& directory() const override { return directory_; }
  base::Result<std::string> make_directory() override;
  /// Marks it for removal by giving it another name. Whoever cleans up after us removes what has such a name.
  std::function<void()> discard(const std::string& directory, std::function<void()> gone) override;
  void keep(const std::string& directory) override { settle(directory); }
  std::uint64_t free_space(base::Duration ago) const override;
  static constexpr const char* discarded_prefix = "discarded-";
  /// Making and removing a directory costs a file system with discards a tenth of the time of a short test.
  bool take_back(const std::string& directory) override;

 private:
  Scratch(std::string directory, Guardian* guardian) : directory_(std::move(directory)), guardian_(guardian) {}
  void settle(const std::string& directory);
  std::string directory_;
  Guardian* guardian_;
  std::uint64_t next_ = 1;
  std::vector<std::string> spare_;
  mutable std::uint64_t free_ = UINT64_MAX;  ///< bytes on the disk at `asked_`
  mutable base::SteadyTime asked_;
  std::optional<Pristine> pristine_;       ///< what a fresh directory looks like
  std::map<std::string, Change> changes_;  ///< of directories, when they were empty
  bool is_untouched(const std::string& directory, base::Duration changed);
  void hand_out(const std::string& directory);
};

}  // namespace fatespec::runner
