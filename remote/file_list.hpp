// The files that are to be on a board, as they are here, and as its manifest says that they are there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/configuration.hpp"

namespace fatespec::remote {

enum class FileKind : std::uint8_t { file, directory, link };

struct LocalFile {
  std::string path;  ///< here
  std::string name;  ///< relative to the folder that holds the item's destination
  FileKind kind = FileKind::file;
  int mode = 0;  ///< permission bits
  std::uint64_t size = 0;
  std::int64_t mtime = 0;  ///< seconds since 1970
  std::string digest;      ///< SHA-256 of the content, or of a link's target
  std::string target;      ///< of a link
};

/// What one item of `deploy` consists of: the file or folder itself first.
struct DeployedItem {
  std::string to;
  bool is_tree = false;
  std::vector<LocalFile> files;
};

/// Reads and digests the files of an item. Links are kept as links; sockets and devices are refused.
base::Result<DeployedItem> list_files(const model::Deployment& deployment);

/// What a manifest says of a file.
struct ManifestEntry {
  std::string digest;
  int mode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
};

/// A board's manifest: by absolute path. Its text is a line of version and a line a file: digest, mode, size, time of
/// change, path. Directories are in it without a digest.
class Manifest {
 public:
  /// One of another version or of damaged text is empty: everything is then brought anew.
  static Manifest parse(std::string_view text);
  std::string text() const;

  std::map<std::string, ManifestEntry> entries;
};

/// Which entries the board still has as the manifest says: lines of `stat -c '%s %Y %a %n'`.
void drop_changed(Manifest& manifest, std::string_view stat_lines);

/// Absolute path on the board of a file of an item.
std::string path_there(const DeployedItem& item, const LocalFile& file);

}  // namespace fatespec::remote
