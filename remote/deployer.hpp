// Brings files to a board before tests run there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/error.hpp"
#include "model/configuration.hpp"
#include "remote/control.hpp"
#include "remote/file_list.hpp"
#include "remote/ssh_link.hpp"
#include "remote/tar_stream.hpp"

namespace fatespec::remote {

struct DeployRequest {
  std::string run;                         ///< its id, in the name of the stage
  std::string directory;                   ///< where the manifest is
  std::vector<model::Deployment> lasting;  ///< stays there, and is in the manifest
  std::vector<model::Deployment> passing;  ///< goes with the connection's root
};

/// Asks for the manifest, sends what differs, an item after the other, and writes the new manifest. On the loop's
/// thread; files are read on the pool.
class Deployer : public std::enable_shared_from_this<Deployer> {
 public:
  using Done = std::function<void(base::Result<void>)>;
  /// "deploy: 12 of 40 MB"; an empty text at the end.
  using Progress = std::function<void(const std::string&)>;

  Deployer(boost::asio::io_context& loop, boost::asio::thread_pool& pool, DeployRequest request, Progress progress);

  /// Both must live until `done` or stop(). `done` is called once, later, unless stop() was called before.
  void start(SshLink& link, Control& control, Done done);
  void stop();
  /// Bytes of files that were sent.
  std::uint64_t sent() const { return sent_; }
  std::size_t sent_files() const { return sent_files_; }
  /// That it failed is the line's fault.
  bool was_cut() const { return was_cut_; }

 private:
  struct Upload {
    std::string to;
    std::vector<LocalFile> files;
    std::vector<std::string> removed = {};                ///< paths there that are no longer here
    std::vector<std::string> folders = {};                ///< there that are something else here
    std::vector<std::pair<std::string, int>> modes = {};  ///< of folders there that have another one here
  };
  void listed(std::shared_ptr<base::Result<std::vector<DeployedItem>>> items);
  void manifest_read(const std::string& text);
  void compare();
  void add_upload(const DeployedItem& item, bool lasting);
  void next_upload();
  void send_piece();
  void piece_made(std::shared_ptr<base::Result<std::string>> made);
  bool blames_the_line(int status, const std::string& problem);
  void upload_ended(int status, const std::string& problem);
  void write_manifest();
  void fail(base::Error error);
  void finish();
  void open_channel(const std::string& orders, std::function<void(int, std::string)> closed);

  boost::asio::io_context& loop_;
  boost::asio::thread_pool& pool_;
  DeployRequest request_;
  Progress progress_;
  SshLink* link_ = nullptr;
  Control* control_ = nullptr;
  Done done_;
  std::optional<std::vector<DeployedItem>> items_;
  std::optional<Manifest> manifest_;
  bool manifest_changed_ = false;
  std::vector<Upload> uploads_;
  std::size_t current_ = 0;
  std::shared_ptr<TarStream> tar_;
  std::string complaint_;
  std::uint64_t total_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t sent_before_ = 0;
  std::size_t sent_files_ = 0;
  bool was_cut_ = false;
  std::unique_ptr<SshChannel> channel_;
};

}  // namespace fatespec::remote
