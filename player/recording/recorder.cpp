#include "player/recording/recorder.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

namespace fatespec::player {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
// Addresses, not memory: a day of a player that says 10,000 things a second takes 33 GB.
constexpr std::uint64_t address_space = 64 * kib * mib;
constexpr std::uint64_t small_address_space = 1024 * mib;
constexpr std::uint64_t least_window = 256 * kib;
constexpr std::uint64_t most_window = 8 * mib;
constexpr std::uint64_t growth = 4 * mib;
constexpr std::uint64_t page = 4 * kib;
constexpr auto idle_interval = std::chrono::milliseconds(100);
constexpr auto busy_interval = std::chrono::milliseconds(1);
constexpr unsigned char byte_string = 0x58;
constexpr unsigned char long_byte_string = 0x59;
constexpr std::size_t first_two = 2;
constexpr std::size_t first_four = 4;
constexpr std::size_t longest_block = 65538;

std::uint64_t page_start(std::uint64_t offset) { return offset / page * page; }

bool is_zero(int file) {
  constexpr std::size_t piece = 4096;
  std::array<char, piece> bytes{};
  off_t at = 0;
  for (ssize_t got = 0; (got = ::pread(file, bytes.data(), bytes.size(), at)) > 0; at += got)
    if (std::any_of(bytes.begin(), bytes.begin() + got, [](char c) { return c != 0; })) return false;
  return true;
}

// A recording begins as ours will; what a play that was killed at once has left is empty, or zeros to its end.
bool may_be_emptied(int file, std::string_view header) {
  constexpr std::size_t enough = 3;  // of the tag
  std::array<char, enough> begin{};
  const bool whole = ::pread(file, begin.data(), begin.size(), 0) == static_cast<ssize_t>(begin.size());
  return (whole && header.starts_with(std::string_view(begin.data(), begin.size()))) || is_zero(file);
}

char* map_file(int file, std::uint64_t& size) {
  for (const std::uint64_t wanted : {address_space, small_address_space}) {
    void* memory = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
    size = wanted;
    if (memory != MAP_FAILED) return static_cast<char*>(memory);
  }
  return nullptr;
}

// One instruction, so that a process that is killed has made all of it or nothing.
template <class Word>
void store(char* place, const void* bytes) {
  Word word = 0;
  std::memcpy(&word, bytes, sizeof word);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(place, &word, sizeof word);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace

base::Result<std::unique_ptr<Recorder>> Recorder::create(const std::filesystem::path& path, std::string_view header) {
  base::FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file) return base::io_error("recording " + path.string(), errno);
  if (struct stat status{}; ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return base::Error{base::ErrorKind::invalid, path.string() + " is no regular file: it cannot be recorded into"};
  if (!may_be_emptied(file.get(), header))
    return base::Error{base::ErrorKind::invalid, path.string() + " is there and no recording: it is not overwritten"};
  if (::ftruncate(file.get(), 0) != 0) return base::io_error("recording " + path.string(), errno);
  std::uint64_t capacity = 0;
  char* memory = map_file(file.get(), capacity);
  if (memory == nullptr) return base::io_error("recording " + path.string() + " cannot be mapped", errno);
  std::unique_ptr<Recorder> recorder(new Recorder(std::move(file), memory, capacity));
  if (!recorder->make_room(header.size() + least_window)) return base::io_error("recording " + path.string(), errno);
  std::memcpy(memory, header.data(), header.size());
  recorder->used_ = header.size();
  recorder->tender_ = std::thread([raw = recorder.get()] { raw->keep_ahead(); });
  return recorder;
}

Recorder::Recorder(base::FileDescriptor file, char* memory, std::uint64_t capacity)
    : file_(std::move(file)), memory_(memory), capacity_(capacity), window_(least_window) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(stopping_);
    stopped_ = true;
  }
  stop_.notify_one();
  if (tender_.joinable()) tender_.join();
  ::munmap(memory_, capacity_);
  if (::ftruncate(file_.get(), static_cast<off_t>(std::min(used_.load(), ready_.load()))) != 0) return;
}

char* Recorder::reserve(std::size_t size) {
  const std::uint64_t begin = used_.fetch_add(size, std::memory_order_relaxed);
  const std::uint64_t end = begin + size;
  if (end <= ready_.load(std::memory_order_acquire) || make_room(end)) return memory_ + begin;
  lost_.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

void Recorder::append(std::string_view event) {
  assert(event.size() > first_two);
  char* place = reserve(event.size());
  if (place == nullptr) return;
  const std::array<unsigned char, first_two> begun = {byte_string,
                                                      static_cast<unsigned char>(event.size() - first_two)};
  store<std::uint16_t>(place, begun.data());
  std::memcpy(place + first_two, event.data() + first_two, event.size() - first_two);
  store<std::uint16_t>(place, event.data());
}

void Recorder::append_block(std::string_view item) {
  assert(item.size() > first_four);
  if (item.size() > longest_block) return;
  char* place = reserve(item.size());
  if (place == nullptr) return;
  const std::size_t rest = item.size() - 3;
  const std::array<unsigned char, first_four> begun = {long_byte_string, static_cast<unsigned char>(rest >> 8U),
                                                       static_cast<unsigned char>(rest & 0xffU), 0};
  store<std::uint32_t>(place, begun.data());
  std::memcpy(place + first_four, item.data() + first_four, item.size() - first_four);
  store<std::uint32_t>(place, item.data());
}

bool Recorder::make_room(std::uint64_t end) {
  const std::lock_guard lock(growing_);
  const auto is_there = [&] { return end <= ready_.load(std::memory_order_relaxed); };
  // Where the disk has no room for more than is needed, or the memory ends, there may be some all the same.
  return is_there() || (grow_to(end + growth) && is_there()) || (grow_to(end) && is_there());
}

// Blocks are allocated at once: a store to a page for which the disk has no block would end the process.
bool Recorder::grow_to(std::uint64_t end) {
  end = std::min(page_start(end + page - 1), capacity_);
  const std::uint64_t ready = ready_.load(std::memory_order_relaxed);
  if (end <= ready) return false;
  const int failed = ::posix_fallocate(file_.get(), static_cast<off_t>(ready), static_cast<off_t>(end - ready));
  errno = failed;
  if (failed != 0) return false;
  ready_.store(end, std::memory_order_release);
  return true;
}

void Recorder::keep_ahead() {
  // Signals are for the player's own threads.
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::uint64_t before = used_.load();
  std::unique_lock lock(stopping_);
  bool busy = true;
  while (!stop_.wait_for(lock, busy ? busy_interval : idle_interval, [this] { return stopped_; })) {
    const std::uint64_t used = used_.load(std::memory_order_relaxed);
    busy = used - before > 16 * kib;
    window_ = std::clamp(4 * (used - before), least_window, most_window);
    before = used;
    tend(used);
  }
}

// Pages are brought in before they are written to, and let go afterwards: the player's threads never wait for one, and
// the process does not grow. What was let go stays with the system.
void Recorder::tend(std::uint64_t used) {
  if (ready_.load(std::memory_order_relaxed) < used + window_) make_room(used + window_);
  const std::uint64_t begin = page_start(used);
  const std::uint64_t end = std::min(begin + window_, ready_.load(std::memory_order_relaxed));
  if (begin + window_ / 2 > populated_ && end > begin) {
#ifdef MADV_POPULATE_WRITE
    ::madvise(memory_ + begin, end - begin, MADV_POPULATE_WRITE);
#endif
    populated_ = end;
  }
  if (begin < released_ + 2 * mib) return;
  const std::uint64_t old = begin - mib;
  ::madvise(memory_ + released_, old - released_, MADV_DONTNEED);
  released_ = old;
}

}  // namespace fatespec::player
