// The signals that ask the program to end.
#pragma once

#include <csignal>

#include <boost/asio/signal_set.hpp>

#include "base/signals.hpp"

namespace fatespec::cli {

/// SIGINT, SIGTERM and SIGHUP, but for a SIGHUP that nohup has told the program to ignore.
inline void add_end_signals(boost::asio::signal_set& signals) {
  signals.add(SIGINT);
  signals.add(SIGTERM);
  if (!base::is_ignored(SIGHUP)) signals.add(SIGHUP);
}

}  // namespace fatespec::cli
