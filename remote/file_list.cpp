#include "remote/file_list.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/file_digest.hpp"
#include "base/text.hpp"

namespace fatespec::remote {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_line = "fatespec-manifest 1";
constexpr int permission_bits = 07777;
constexpr int owner_rights = 0700;

base::Result<LocalFile> look_at(const std::string& path, std::string name) {
  LocalFile file{.path = path, .name = std::move(name), .digest = {}, .target = {}};
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return base::io_error(path, errno);
  if (file.name.find('\n') != std::string::npos)
    return base::Error{base::ErrorKind::invalid, base::printable(path) + ": a name with a newline cannot be deployed"};
  file.mode = static_cast<int>(status.st_mode) & permission_bits;
  file.mtime = status.st_mtim.tv_sec;
  if (S_ISLNK(status.st_mode)) {
    std::error_code ignored;
    file.kind = FileKind::link;
    file.target = fs::read_symlink(path, ignored).string();
    file.size = file.target.size();
    file.digest = base::digest_hex(base::DigestAlgorithm::sha256, file.target);
  } else if (S_ISDIR(status.st_mode)) {
    file.kind = FileKind::directory;
    file.digest = "-";
  } else if (S_ISREG(status.st_mode)) {
    auto digest = base::digest_of_file(base::DigestAlgorithm::sha256, path);
    if (!digest) return digest.error();
    file.size = static_cast<std::uint64_t>(status.st_size);
    file.digest = std::move(*digest);
  } else {
    return base::Error{base::ErrorKind::invalid, path + ": neither a file nor a folder nor a link"};
  }
  return file;
}

base::Result<void> add_tree(const fs::path& folder, const std::string& name, std::vector<LocalFile>& files) {
  std::error_code code;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
    entries.push_back(it->path());
  if (code) return base::Error{base::ErrorKind::io, fmt::format("{}: {}", folder.string(), code.message())};
  std::sort(entries.begin(), entries.end());
  for (const auto& entry : entries) {
    auto file = look_at(entry.string(), name + "/" + entry.filename().string());
    if (!file) return file.error();
    const bool is_folder = file->kind == FileKind::directory;
    const std::string own_name = file->name;
    files.push_back(std::move(*file));
    if (!is_folder) continue;
    if (auto added = add_tree(entry, own_name, files); !added) return added.error();
  }
  return {};
}

}  // namespace

base::Result<DeployedItem> list_files(const model::Deployment& deployment) {
  DeployedItem item{deployment.to, false, {}};
  const std::string name = fs::path(deployment.to).filename().string();
  std::error_code ignored;
  // The item itself may be a link to what is meant; links inside of a tree stay links.
  const fs::path real = fs::canonical(deployment.from, ignored);
  auto top = look_at(real.empty() ? deployment.from : real.string(), name);
  if (!top) return top.error();
  item.is_tree = top->kind == FileKind::directory;
  item.files.push_back(std::move(*top));
  if (item.is_tree)
    if (auto added = add_tree(real, name, item.files); !added) return added.error();
  if (deployment.mode)
    for (auto& file : item.files)
      if (file.kind == FileKind::file) file.mode = *deployment.mode;
  return item;
}

Manifest Manifest::parse(std::string_view text) {
  Manifest manifest;
  const auto lines = base::split_lines(text);
  if (lines.empty() || lines[0] != first_line) return manifest;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    std::array<std::string_view, 4> fields;
    for (auto& field : fields) {
      const auto space = line.find(' ');
      if (space == std::string_view::npos) return {};
      field = line.substr(0, space);
      line.remove_prefix(space + 1);
    }
    const auto mode = base::parse_integer(fields[1]);
    const auto size = base::parse_integer(fields[2]);
    const auto mtime = base::parse_integer(fields[3]);
    if (!mode || !size || !mtime || !line.starts_with('/')) return {};
    manifest.entries[std::string(line)] = {std::string(fields[0]), static_cast<int>(*mode),
                                           static_cast<std::uint64_t>(*size), *mtime};
  }
  return manifest;
}

std::string Manifest::text() const {
  std::string text = fmt::format("{}\n", first_line);
  for (const auto& [path, entry] : entries)
    text += fmt::format("{} {} {} {} {}\n", entry.digest, entry.mode, entry.size, entry.mtime, path);
  return text;
}

void drop_changed(Manifest& manifest, std::string_view stat_lines) {
  struct Found {
    std::uint64_t size = 0;
    std::int64_t mtime = 0;
    int mode = 0;
  };
  std::map<std::string, Found, std::less<>> there;
  for (std::string_view line : base::split_lines(stat_lines)) {
    std::array<std::string, 3> fields;
    std::size_t count = 0;
    for (std::size_t space = 0; count < fields.size() && (space = line.find(' ')) != std::string_view::npos; ++count) {
      fields.at(count) = line.substr(0, space);
      line.remove_prefix(space + 1);
    }
    const auto size = base::parse_integer(fields[0]);
    const auto mtime = base::parse_integer(fields[1]);
    const auto mode = base::parse_mode(fields[2]);
    if (count == fields.size() && size && mtime && mode)
      there[std::string(line)] = {static_cast<std::uint64_t>(*size), *mtime, *mode};
  }
  std::erase_if(manifest.entries, [&](const auto& known) {
    const auto found = there.find(known.first);
    if (found == there.end()) return true;
    const ManifestEntry& entry = known.second;
    // Not every file system can keep a mode; what its owner may not do any more matters.
    const bool has_lost_rights = (entry.mode & ~found->second.mode & owner_rights) != 0;
    const bool is_folder = entry.digest == "-";
    return !is_folder && (found->second.size != entry.size || found->second.mtime != entry.mtime || has_lost_rights);
  });
}

std::string path_there(const DeployedItem& item, const LocalFile& file) {
  return (fs::path(item.to).parent_path() / file.name).string();
}

}  // namespace fatespec::remote
