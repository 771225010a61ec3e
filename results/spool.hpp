// Results that wait in files of this machine until the server that they belong to is back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "results/store.hpp"

namespace fatespec::results {

/// The waiting runs of one location, a file each: DIRECTORY/DIGEST OF THE LOCATION/RUN.db, an SQLite store. While a
/// runner writes it, it holds a lock on RUN.lock beside it. Sending a file twice does no harm: the server keeps each
/// result once. Any process of this machine may send.
class Spool {
 public:
  /// Nothing is made yet.
  Spool(const std::string& directory, const std::string& location);

  std::string file_of(const std::string& run) const;
  /// Held by whoever writes or sends the run's file; invalid if someone else has it.
  base::Result<base::FileDescriptor> lock(const std::string& run) const;
  /// The runs that wait, in the order of their names.
  std::vector<std::string> waiting() const;

  /// Sends one run, whose lock is the caller's, and removes its file. The number of results.
  base::Result<std::uint64_t> send(const std::string& run) const;

  struct Sent {
    std::size_t runs = 0;
    std::uint64_t results = 0;
  };
  /// Sends all that wait and that nobody writes.
  base::Result<Sent> send_all() const;

 private:
  void remove(const std::string& run) const;

  std::string directory_;
  std::string location_;
};

}  // namespace fatespec::results
