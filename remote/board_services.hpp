// What an execution needs of the board that it runs on.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/clock.hpp"
#include "remote/board_tools.hpp"

namespace fatespec::remote {

struct BoardTimes {
  base::Duration grace = std::chrono::seconds(5);        ///< between TERM and KILL
  base::Duration leak = std::chrono::milliseconds(200);  ///< for output to close after the command has ended
  base::Duration patience = std::chrono::seconds(15);    ///< after KILL; then the board is taken for lost
};

class BoardServices {
 public:
  virtual ~BoardServices() = default;
  virtual boost::asio::io_context& loop() = 0;
  virtual const BoardTools& tools() const = 0;
  virtual const BoardTimes& times() const = 0;
  virtual const std::string& exec_prefix() const = 0;

  /// True once for a directory of the workspace that has to be made.
  virtual bool take_fresh(const std::string& directory) = 0;
  /// The command of the last worker left its directory as it was.
  virtual void left_empty(const std::string& directory) = 0;
  /// An order is under way to end what works in it: it is not used again.
  virtual void retire(const std::string& directory) = 0;
  /// Where a file of this machine was brought to.
  virtual std::string input_of(const std::string& path) const = 0;
  virtual void end_tree(long leader, const std::string& directory, const char* signal, bool measured) = 0;
  /// Says whether anything of a test still runs, but its leader. `done` is not called if the connection is lost.
  virtual void look_for_survivors(long leader, const std::string& directory, std::function<void(bool)> done) = 0;
  /// Says whether a program is for another machine than the board; empty if it is not.
  virtual void look_at_machine(const std::string& program, std::function<void(std::string)> done) = 0;
  /// It does not do what it must: the connection is given up.
  virtual void give_up_connection(const std::string& why) = 0;
};

}  // namespace fatespec::remote
