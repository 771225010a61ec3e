// Writes events into a file so that each is there as soon as it was emitted, whatever happens to the process next.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"

namespace fatespec::player {

/// A file that is mapped and grown ahead of need by a thread of its own. The bytes of an event belong to the system
/// once append() has returned: a process that is killed in the very next instruction takes none with it.
///
/// append() may be called from any thread and from a signal handler. It takes no lock, allocates nothing and makes no
/// system call, but for the moment when events come faster than the file can grow.
///
/// How an unfinished event looks in the file (the reader skips it): first zeros, then a byte string of the event's
/// length (0x58, length - 2), and only when all its bytes are there the two bytes that make it an array.
class Recorder {
 public:
  /// Creates the file, or empties it if it is a recording, and writes the header. Another file stays as it is: who
  /// mistakes a sample for the recording does not lose it.
  static base::Result<std::unique_ptr<Recorder>> create(const std::filesystem::path& path, std::string_view header);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  /// Trims the file to what was written.
  ~Recorder();

  /// At most 257 bytes.
  void append(std::string_view event);
  /// A longer item, of at most 64 KiB.
  void append_block(std::string_view item);

  /// Events for which there was no room: the disk is full.
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  Recorder(base::FileDescriptor file, char* memory, std::uint64_t capacity);

  char* reserve(std::size_t size);
  bool make_room(std::uint64_t end);
  bool grow_to(std::uint64_t end);
  void keep_ahead();
  void tend(std::uint64_t used);

  base::FileDescriptor file_;
  char* memory_;
  std::uint64_t capacity_;               ///< of the mapping; bytes
  std::atomic<std::uint64_t> used_{0};   ///< bytes given to events
  std::atomic<std::uint64_t> ready_{0};  ///< bytes of the file that can be written to
  std::atomic<std::uint64_t> lost_{0};
  std::uint64_t populated_ = 0;  ///< bytes whose pages were brought in; the tending thread's
  std::uint64_t released_ = 0;   ///< bytes that are no longer mapped in; the tending thread's
  std::uint64_t window_;         ///< bytes made ready ahead; the tending thread's
  std::mutex growing_;
  std::mutex stopping_;
  std::condition_variable stop_;
  bool stopped_ = false;
  std::thread tender_;
};

}  // namespace fatespec::player
