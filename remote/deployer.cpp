#include "remote/deployer.hpp"

#include <filesystem>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "remote/supervisor.hpp"

namespace fatespec::remote {
namespace {

namespace asio = boost::asio;

using Items = std::vector<DeployedItem>;

base::Result<Items> list_all(const DeployRequest& request) {
  Items items;
  for (const auto* deployments : {&request.lasting, &request.passing})
    for (const auto& deployment : *deployments) {
      auto item = list_files(deployment);
      // A test whose stdin is not there has an error of its own, when it begins.
      if (!item && deployments == &request.passing) continue;
      if (!item) return base::Error{item.error().kind, "deploy: " + item.error().message, deployment.origin};
      items.push_back(std::move(*item));
    }
  return items;
}

/// A command whose stdin begins with the script that it runs, which begins with our mark; the rest is the script's
/// stdin.
std::string command_for(const std::string& script) {
  const std::string start = fmt::format(
      "script=$(dd bs=1 count={} 2>/dev/null); case $script in \"{}\"*) eval \"$script\" ;; "
      "*) echo \"{}\" >&2; exit 3 ;; esac",
      script.size(), script_mark, script_was_read);
  return "exec /bin/sh -c " + base::shell_quote(start);
}

/// A shell function that does nothing if there is nothing to do.
std::string function_of(const char* name, const std::string& body) {
  return fmt::format("{}() {{\n{}:\n}}\n", name, body);
}

/// As many commands as the board's limit on one needs.
std::string removal_of(const std::vector<std::string>& paths) {
  constexpr std::size_t longest_command = 30'000;
  std::string script;
  std::string command;
  for (const auto& path : paths) {
    command += " " + base::shell_quote(path);
    if (command.size() > longest_command) script += "rm -f --" + std::exchange(command, {}) + "\n";
  }
  return command.empty() ? script : script + "rm -f --" + command + "\n";
}

std::string removal_of_empty(const std::vector<std::string>& folders) {
  std::string script;
  for (const auto& path : folders)
    script += fmt::format("find {} -depth -type d -exec rmdir {{}} ';' || :\n", base::shell_quote(path));
  return script;
}

std::string setting_of(const std::vector<std::pair<std::string, int>>& modes) {
  std::string script;
  for (const auto& [path, mode] : modes) script += fmt::format("chmod {:o} {}\n", mode, base::shell_quote(path));
  return script;
}

base::Error cut_line() { return {base::ErrorKind::io, "the line was cut while files were deployed"}; }

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

Deployer::Deployer(asio::io_context& loop, asio::thread_pool& pool, DeployRequest request, Progress progress)
    : loop_(loop), pool_(pool), request_(std::move(request)), progress_(std::move(progress)) {}

void Deployer::start(SshLink& link, Control& control, Done done) {
  link_ = &link;
  control_ = &control;
  done_ = std::move(done);
  asio::post(pool_, [self = shared_from_this()]() mutable {
    auto items = std::make_shared<base::Result<Items>>(list_all(self->request_));
    auto& loop = self->loop_;
    asio::post(loop, [self = std::move(self), items] { self->listed(items); });
  });
  if (request_.lasting.empty()) {
    manifest_.emplace();
    return;
  }
  control.ask("slowly manifest", [weak = weak_from_this()](int, const std::string& text) {
    if (const auto self = weak.lock()) self->manifest_read(text);
  });
}

void Deployer::stop() {
  done_ = nullptr;
  channel_.reset();
  link_ = nullptr;
  control_ = nullptr;
}

void Deployer::listed(std::shared_ptr<base::Result<Items>> items) {
  if (!done_) return;
  if (!*items) {
    fail(items->error());
    return;
  }
  items_ = std::move(**items);
  if (manifest_) compare();
}

void Deployer::manifest_read(const std::string& text) {
  if (!done_) return;
  constexpr std::string_view separator = "----\n";
  const auto at = text.find(separator);
  manifest_ = Manifest::parse(std::string_view(text).substr(0, std::min(at, text.size())));
  if (at != std::string::npos) drop_changed(*manifest_, std::string_view(text).substr(at + separator.size()));
  if (items_) compare();
}

void Deployer::compare() {
  for (std::size_t i = 0; i < items_->size(); ++i) add_upload((*items_)[i], i < request_.lasting.size());
  for (const auto& upload : uploads_)
    for (const auto& file : upload.files)
      if (file.kind == FileKind::file) total_ += file.size;
  next_upload();
}

void Deployer::add_upload(const DeployedItem& item, bool lasting) {
  Upload upload{item.to, {}};
  std::set<std::string, std::less<>> wanted;
  for (const auto& file : item.files) {
    const std::string path = path_there(item, file);
    wanted.insert(path);
    const auto known = manifest_->entries.find(path);
    const bool same = known != manifest_->entries.end() && known->second.digest == file.digest &&
                      (known->second.mode == file.mode || file.kind == FileKind::link);
    if (lasting && same) continue;
    upload.files.push_back(file);
    if (!lasting) continue;
    const bool was_folder = known != manifest_->entries.end() && known->second.digest == "-";
    if (was_folder && file.kind != FileKind::directory) upload.folders.push_back(path);
    // The item's own folder may have been there before us.
    else if (was_folder && path != item.to) upload.modes.emplace_back(path, file.mode);
    manifest_->entries[path] = {file.digest, file.mode, file.size, file.mtime};
    manifest_changed_ = true;
  }
  const std::string inside = item.to + "/";
  for (auto entry = manifest_->entries.lower_bound(inside);
       lasting && entry != manifest_->entries.end() && entry->first.starts_with(inside);) {
    if (wanted.contains(entry->first)) {
      ++entry;
      continue;
    }
    // The manifest lies where others may write.
    const std::filesystem::path rest = entry->first.substr(inside.size());
    const bool is_inside =
        !rest.empty() && rest.lexically_normal() == rest && rest.is_relative() && *rest.begin() != "..";
    if (entry->second.digest != "-" && is_inside) upload.removed.push_back(entry->first);
    entry = manifest_->entries.erase(entry);
    manifest_changed_ = true;
  }
  if (!upload.files.empty() || !upload.removed.empty()) uploads_.push_back(std::move(upload));
}

void Deployer::open_channel(const std::string& orders, std::function<void(int, std::string)> closed) {
  const std::string script = fmt::format("{}\n{}", script_mark, orders);
  complaint_.clear();
  channel_ = link_->run(command_for(script), {.data =
                                                  [this](Stream stream, const std::string& bytes) {
                                                    channel_->consumed(stream, bytes.size());
                                                    if (complaint_.size() < 4096) complaint_ += bytes;
                                                  },
                                              .drained = [this] { send_piece(); },
                                              .closed = std::move(closed)});
  channel_->write(script);
}

void Deployer::next_upload() {
  channel_.reset();
  if (current_ == uploads_.size()) {
    if (manifest_changed_) write_manifest();
    else finish();
    return;
  }
  Upload& upload = uploads_[current_];
  sent_files_ += upload.files.size();
  tar_ = std::make_shared<TarStream>(std::move(upload.files));
  const std::string settings =
      fmt::format("run={} to={}\n", base::shell_quote(request_.run), base::shell_quote(upload.to));
  open_channel(settings + function_of("remove_files", removal_of(upload.removed) + removal_of_empty(upload.folders)) +
                   function_of("set_modes", setting_of(upload.modes)) + std::string(deploy_script()),
               [this](int status, const std::string& problem) { upload_ended(status, problem); });
}

// Called when everything before has gone out.
void Deployer::send_piece() {
  if (!tar_) return;
  asio::post(pool_, [self = shared_from_this(), tar = tar_]() mutable {
    auto made = std::make_shared<base::Result<std::string>>(tar->next());
    auto& loop = self->loop_;
    asio::post(loop, [self = std::move(self), made] { self->piece_made(made); });
  });
}

void Deployer::piece_made(std::shared_ptr<base::Result<std::string>> made) {
  if (!done_ || !channel_ || !tar_) return;
  if (!*made) {
    fail(made->error());
    return;
  }
  sent_ = sent_before_ + tar_->done();
  progress_(fmt::format("deploy: {} of {}", megabytes(sent_), megabytes(total_)));
  if (!(*made)->empty()) {
    channel_->write(std::move(**made));
    return;
  }
  sent_before_ = sent_;
  tar_.reset();
  channel_->end_input();
}

// A channel that was closed without a status went with its line, of which nothing is known yet.
bool Deployer::blames_the_line(int status, const std::string& problem) {
  was_cut_ = status < 0 && problem.empty();
  return was_cut_;
}

void Deployer::upload_ended(int status, const std::string& problem) {
  if (blames_the_line(status, problem)) return fail(cut_line());
  const std::string said = base::shorten(base::printable(base::trim(complaint_)), 300);
  if (status == 0 && !tar_) {
    ++current_;
    // The channel is not destroyed from inside of its own handler.
    asio::post(loop_, [self = shared_from_this()] {
      if (self->done_) self->next_upload();
    });
    return;
  }
  fail({base::ErrorKind::io, fmt::format("deploy to {}: {}", uploads_[current_].to,
                                         !problem.empty() ? problem
                                         : said.empty()   ? fmt::format("status {}", status)
                                                          : said)});
}

void Deployer::write_manifest() {
  const std::string script = fmt::format("cd {} && cat >manifest.new.$$ && mv -f manifest.new.$$ manifest\n",
                                         base::shell_quote(request_.directory));
  tar_.reset();
  open_channel(script, [this](int status, const std::string& problem) {
    if (status == 0) finish();
    else if (blames_the_line(status, problem)) fail(cut_line());
    else fail({base::ErrorKind::io, fmt::format("the manifest in {}: {}{}", request_.directory, problem, complaint_)});
  });
  channel_->write(manifest_->text());
  channel_->end_input();
}

void Deployer::fail(base::Error error) {
  progress_("");
  if (auto done = std::exchange(done_, nullptr)) asio::post(loop_, [done, error = std::move(error)] { done(error); });
}

void Deployer::finish() {
  progress_("");
  if (auto done = std::exchange(done_, nullptr)) asio::post(loop_, [done] { done({}); });
}

}  // namespace fatespec::remote
