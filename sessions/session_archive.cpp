#include "sessions/session_archive.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <set>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/tar_writer.hpp"
#include "base/text.hpp"
#include "sessions/playlist.hpp"
#include "sessions/session_files.hpp"

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* manifest = "fatespec-session.json";
constexpr std::size_t buffer_size = std::size_t{256} << 10;

struct Freer {
  void operator()(archive* it) const { archive_free(it); }
};
using ArchivePtr = std::unique_ptr<archive, Freer>;

base::Error wrong(const fs::path& file, const std::string& what) {
  return {base::ErrorKind::invalid, fmt::format("{}: {}", file.string(), what)};
}

std::vector<std::string> regular_files(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(directory))
    if (fs::is_regular_file(entry.symlink_status(ignored))) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

constexpr std::uint64_t most_bytes = std::uint64_t{8} << 30;
constexpr std::size_t most_files = 20'000;

bool is_plain_name(const std::string& name) {
  constexpr std::size_t longest = 255;
  return !name.empty() && name != "." && name != ".." && name.size() <= longest && base::is_utf8(name) &&
         name.find('/') == std::string::npos &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

/// Pages run scripts, and nobody needs a stranger's: they can be made again from the recordings.
bool is_of_use(const std::string& folder, const std::string& name) {
  if (folder == "dbg" && name.starts_with('_'))
    return name.ends_with(".txt") || name.ends_with(".json") || name == "_crashes_light.pkl";
  if (folder == "dbg")
    return name.find(".dbg") != std::string::npos && !name.ends_with(".html") && !name.ends_with(".new");
  constexpr std::array<std::string_view, 3> kept = {".txt", ".csv", ".json"};
  return std::any_of(kept.begin(), kept.end(), [&](std::string_view end) { return name.ends_with(end); });
}

class ArchiveReader {
 public:
  ArchiveReader(archive* it, const fs::path& file) : archive_(it), file_(file) {}

  /// The session's name, from the manifest, which comes first.
  base::Result<std::string> read_manifest() {
    archive_entry* entry = nullptr;
    if (archive_read_next_header(archive_, &entry) != ARCHIVE_OK || path_of(entry) != manifest) return no_session();
    std::string text;
    const auto append = [&](std::string_view bytes) -> base::Result<void> {
      text += bytes;
      return text.size() > largest_session_file ? base::Result<void>(no_session()) : base::Result<void>();
    };
    if (auto read = read_data(append); !read) return read.error();
    const Json object = Json::parse(text, nullptr, false);
    if (!object.is_object() || object.value("version", Json()) != 1 || !object.value("session", Json()).is_string())
      return no_session();
    return object["session"].get<std::string>();
  }

  base::Result<void> unpack(const fs::path& directory) {
    archive_entry* entry = nullptr;
    for (;;) {
      const int code = archive_read_next_header(archive_, &entry);
      if (code == ARCHIVE_EOF) return {};
      if (code != ARCHIVE_OK) return wrong(file_, archive_error_string(archive_));
      if (auto done = unpack_entry(entry, directory); !done) return done;
    }
  }
  std::size_t left_out() const { return left_out_; }

 private:
  base::Error no_session() const { return wrong(file_, "this is no session that `fatespec session export` packed"); }

  static std::string path_of(archive_entry* entry) {
    const char* path = archive_entry_pathname(entry);
    return path == nullptr ? "" : path;
  }

  base::Result<void> unpack_entry(archive_entry* entry, const fs::path& directory) {
    const std::string path = path_of(entry);
    const auto refuse = [&](const char* why) {
      return wrong(file_, fmt::format("`{}`: {}", base::shorten(base::printable(path), 80), why));
    };
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr ||
        archive_entry_symlink(entry) != nullptr)
      return refuse("only regular files belong in a session");
    if (++files_ > most_files) return refuse("too many files");
    // By what its head says: also what is passed over has to be unpacked.
    bytes_ += static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    if (bytes_ > most_bytes) return refuse("more than 8 GiB in all");
    if (!seen_.insert(path).second) return refuse("it is there twice");
    if (path == configuration_file) return {};  // a new one is made
    const auto slash = path.find('/');
    const std::string folder = path.substr(0, slash);
    const std::string name = slash == std::string::npos ? "" : path.substr(slash + 1);
    if ((folder != "dbg" && folder != "reports") || !is_plain_name(name)) return refuse("no name of a session's file");
    if (!is_of_use(folder, name)) {
      ++left_out_;
      return {};
    }
    // The directory is new, and takes its place as a whole.
    const fs::path place = directory / folder / name;
    const base::FileDescriptor out(::open(place.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444));
    if (!out) return base::io_error(place.string(), errno);
    return read_data([&](std::string_view bytes) { return base::write_all(out.get(), bytes, place); });
  }

  template <class Consumer>
  base::Result<void> read_data(Consumer consume) {
    std::vector<char> buffer(buffer_size);
    for (;;) {
      const la_ssize_t got = archive_read_data(archive_, buffer.data(), buffer.size());
      if (got < 0) return wrong(file_, archive_error_string(archive_));
      if (got == 0) return {};
      if (auto consumed = consume(std::string_view(buffer.data(), static_cast<std::size_t>(got))); !consumed)
        return consumed;
    }
  }

  archive* archive_;
  const fs::path& file_;
  std::set<std::string> seen_;
  std::size_t files_ = 0;
  std::size_t left_out_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

base::Result<void> export_session(const Session& session, const fs::path& file) {
  const auto playlist = session.playlist();
  if (!playlist) return playlist.error();
  auto replacement = base::FileReplacement::begin(file);
  if (!replacement) return replacement.error();
  base::TarWriter writer([&](std::string_view bytes) { return replacement->write(bytes); });
  const Json about = {{"version", 1}, {"session", session.name()}};
  if (auto done = writer.add_text(manifest, about.dump() + "\n"); !done) return done;
  // Without its samples, a session knows them by a list only.
  const std::string list = std::string("dbg/") + playlist_file_name;
  if (auto done = writer.add_text(list, playlist_text(*playlist)); !done) return done;
  for (const char* folder : {"dbg", "reports"})
    for (const auto& name : regular_files(session.directory() / folder)) {
      const std::string path = std::string(folder) + "/" + name;
      if (path == list || name.ends_with(".new")) continue;  // a play that is going on, or was cut
      if (auto done = writer.add_file(path, session.directory() / folder / name); !done) return done;
    }
  if (auto done = writer.finish(); !done) return done;
  return replacement->commit();
}

namespace {

/// Reports may still be made of what came; it stays as it is itself.
base::Result<void> make_read_only(const fs::path& session) {
  constexpr auto writers = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  std::error_code code;
  for (const fs::path& path : {session / configuration_file, session / "dbg"}) {
    fs::permissions(path, writers, fs::perm_options::remove, code);
    if (code) return base::io_error(path.string(), code.value());
  }
  return {};
}

}  // namespace

base::Result<OpenedArchive> open_archive(const SamplesDirectory& directory, const fs::path& file, std::string name) {
  const ArchivePtr it(archive_read_new());
  archive_read_support_filter_gzip(it.get());
  archive_read_support_format_tar(it.get());
  archive_read_set_options(it.get(), "hdrcharset=BINARY");  // names are bytes, whatever the locale says
  std::uint64_t size = 0;
  const auto opened = base::open_regular_file(file, size);
  if (!opened) return opened.error();
  if (archive_read_open_fd(it.get(), opened->get(), buffer_size) != ARCHIVE_OK)
    return wrong(file, archive_error_string(it.get()));
  ArchiveReader reader(it.get(), file);
  const auto packed_name = reader.read_manifest();
  if (!packed_name) return packed_name.error();
  if (name.empty()) name = *packed_name;
  auto session = directory.create_with(name, [&](const fs::path& place) -> base::Result<void> {
    const Json configuration = {{"config_vs", "1.0"}, {"protect_raw_data", true}, {"protect_reports", false},
                                {"dev_debug", false}, {"quarantined", true},      {"has_playlist", true}};
    if (auto done = base::write_file_atomically(place / configuration_file, configuration.dump(1) + "\n"); !done)
      return done;
    if (auto done = reader.unpack(place); !done) return done;
    const auto list = base::read_file(place / "dbg" / playlist_file_name, largest_session_file);
    if (!list) return wrong(file, "it has no list of samples");
    const auto names = parse_playlist(*list, {{}, place / "dbg"});
    if (!names) return wrong(file, names.error().message);
    return make_read_only(place);
  });
  if (!session) return session.error();
  return OpenedArchive{std::move(*session), reader.left_out()};
}

}  // namespace fatespec::sessions
